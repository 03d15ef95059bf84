import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { tellStory } from '../../deploy/embedded/story/story.js';
import type { StoryReport } from '../../deploy/embedded/story/teller.js';
import { startFaulty, type FaultyInstallation } from '../faults/installation.js';
import { Plan } from '../faults/plan.js';
import { sampleOf } from '../faults/sweep.js';
import { askedOutside, patienceSeconds } from '../faults/telling.js';

const missing = process.env['OPDOMAIN_TEST_MISSING'] ?? '';
const residents = 20_000;
/** Says why, when this machine cannot run it; a skipped test never counts as passed. */
const describeHere = missing === '' ? describe : describe.skip;

describeHere(`the story on the production side of every port${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  let dir = '';
  let installation: FaultyInstallation | undefined;
  let report: StoryReport;
  let wrong: readonly string[] = ['the invariants were not asked'];
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  /** A sample of the sweep (`npm run test:faults`), the same each time: what it has met stays mended. */
  const plan = new Plan(
    [],
    ({ of, call, step }) => say(`${of.fault} at ${call.role}: ${call.dependency} ${call.shape} (${step})`),
    sampleOf(1, 12),
  );

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-e2e-'));
    await chmod(dir, 0o711);
    installation = await startFaulty({ dir, copies: 1, plan, say });
    plan.begin();
    report = await tellStory(installation, {
      folder: dir,
      residents,
      print: say,
      startedIn: 0,
      patienceSeconds,
      meanwhile: (step) => {
        plan.step = step;
        return mischief(step);
      },
    });
    ({ wrong } = await askedOutside(dir, residents, undefined));
  }, 900_000);

  afterAll(async () => {
    await installation?.stop();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  /** Kills one of the applications in the middle of its work, as a failing machine would. */
  async function killed(name: 'worker' | 'operator', afterMs: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const running = installation?.processes.get(name);
    if (running === undefined) throw new Error(`there is no ${name}`);
    // Whoever dies is started again.
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
    struck.push(name);
  }

  /** Empties the queue: whatever it still had to ring is rung again from the database. */
  async function queueEmptied(): Promise<void> {
    const { queue } = parse(await readFile(join(dir, 'opdomain.yaml'), 'utf8')) as { queue: { port: number; passwordFile: string } };
    const redis = new Redis({ host: '127.0.0.1', port: queue.port, password: (await readFile(queue.passwordFile, 'utf8')).trim() });
    await redis.flushall();
    await redis.quit();
    struck.push('queue');
  }

  const struck: string[] = [];
  async function mischief(step: string): Promise<void> {
    if (step.startsWith('deliver 20,000')) await killed('worker', 1200);
    if (step.startsWith('desensitised and sampled') || step.startsWith('seat revoked')) await queueEmptied();
    if (step.startsWith('suspended')) await killed('operator', 100);
  }

  it('loses nothing when the worker is killed at its work, the operator while it seals, and the queue is emptied', () => {
    expect(struck).toEqual(['worker', 'queue', 'queue', 'operator']);
    expect(report.steps.filter((step) => !step.ok)).toEqual([]);
  });

  it('loses, doubles, strands and leaves lying nothing where single calls fail, lose their answer, hang, or end their process', () => {
    expect(plan.strikes.length).toBeGreaterThan(3);
    expect(wrong).toEqual([]);
  });

  it('goes from authorisation to certified destruction with API, worker and operator as separate processes', () => {
    expect(report.steps.filter((step) => !step.ok)).toEqual([]);
    expect(report.ok).toBe(true);
  });

  it('hands out a receipt and a certificate', () => {
    expect(report.receipt).toMatchObject({ document: expect.anything(), signatures: expect.anything() });
    expect(report.certificate).toMatchObject({ document: expect.anything(), signatures: expect.anything() });
  });
});
