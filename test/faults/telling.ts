import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { tellStory } from '../../deploy/embedded/story/story.js';
import { startFaulty } from './installation.js';
import { factsOf, ownerOf, type Facts } from './facts.js';
import { broken, rawCellsOf } from './invariants.js';
import { Plan, type Case, type Group, type Strike } from './plan.js';

/** What a telling of the story under faults came to. */
export interface Telling {
  readonly ok: boolean;
  /** Steps that failed and invariants that did not hold, each in one line. */
  readonly wrong: readonly string[];
  readonly strikes: readonly Strike[];
  /** Whose call never came. */
  readonly unmet: readonly Case[];
  readonly groups: readonly Group[];
  readonly calls: number;
  readonly facts: Facts | undefined;
  readonly seconds: number;
  /** Kept where something was wrong: logs and data of the installation. */
  readonly folder: string | undefined;
}

/** Rows of residents; the story is the same with few of them. */
const residents = 2_000;
/** How much longer than usual people wait: above the longest lease of work, since whoever held it may have died. */
export const patienceSeconds = 240;

/** Tells the whole story once, on a fresh installation, while the cases strike. @param clean what came to be without faults */
export async function tell(
  cases: readonly Case[],
  {
    copies,
    clean,
    say,
    keep = true,
  }: { readonly copies: number; readonly clean: Facts | undefined; readonly say: (line: string) => void; readonly keep?: boolean },
): Promise<Telling> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-faults-'));
  await chmod(dir, 0o711);
  const began = performance.now();
  const plan = new Plan(cases, ({ of, call, step, process }) => {
    say(`  ${of.fault} at ${process}: ${call.dependency} ${call.shape} (${step})`);
  });
  const wrong: string[] = [];
  let facts: Facts | undefined;
  const installation = await startFaulty({ dir, copies, plan, say: (line) => say(`  ${line}`) });
  try {
    plan.begin();
    const report = await tellStory(installation, {
      folder: dir,
      residents,
      print: () => undefined,
      startedIn: 0,
      patienceSeconds: cases.length === 0 ? 0 : patienceSeconds,
      meanwhile: (step) => {
        plan.step = step;
        return Promise.resolve();
      },
    });
    for (const { ok, name, evidence } of report.steps) if (!ok) wrong.push(`${name}: ${String(evidence['failure'])}`);
    const asked = await askedOutside(dir, residents, clean);
    ({ facts } = asked);
    // What follows from a step that failed would only hide it.
    if (report.ok) wrong.push(...asked.wrong);
  } catch (fault) {
    wrong.push(`the telling itself failed: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`);
  } finally {
    await installation.stop();
  }
  const ok = wrong.length === 0;
  const kept = !ok && keep;
  if (!kept) await rm(dir, { recursive: true, force: true, maxRetries: 10 });
  const seconds = Math.round((performance.now() - began) / 1000);
  return {
    ok,
    wrong,
    strikes: plan.strikes,
    unmet: plan.unmet(),
    groups: plan.groups(),
    calls: plan.total,
    facts,
    seconds,
    folder: kept ? dir : undefined,
  };
}

/** What a told story left behind, once all of it has come to rest, and which invariants do not hold. */
export async function askedOutside(
  dir: string,
  told: number,
  clean: Facts | undefined,
): Promise<{ readonly facts: Facts; readonly wrong: readonly string[] }> {
  const owner = await ownerOf(dir);
  try {
    await settled(owner);
    const facts = await factsOf(owner);
    return { facts, wrong: await broken({ owner, dir, facts, clean, rawCells: rawCellsOf(told) }) };
  } finally {
    await owner.end();
  }
}

const settleMs = 90_000;

/** Waits until everything that was begun has ended and is in the tree; where that does not come, the invariants say what is left. */
async function settled(owner: pg.Client): Promise<void> {
  const until = Date.now() + settleMs;
  while (Date.now() < until) {
    const { rows } = await owner.query<{ busy: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM platform.journal WHERE index IS NULL) OR EXISTS (SELECT 1 FROM platform.outbox WHERE expanded_at IS NULL)
         OR EXISTS (SELECT 1 FROM platform.work WHERE state = 'leased' OR (state = 'due' AND (due_at <= now() OR attempts > 0 OR waits_for IS NOT NULL))) AS busy`,
    );
    if (rows[0]?.busy === false) return;
    await pause(500);
  }
}
