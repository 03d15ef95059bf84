import { newId, systemAct, type Actor, type Id } from '#kernel';
import { Seams } from '#platform/seams';
import { RunLife, type RunKind } from '#runs';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodeRuns } from '../../libs/coderuns/application/code-runs.js';
import { CodeRunKind } from '../../libs/coderuns/application/code-run-kind.js';
import { resultFolder } from '../../libs/coderuns/domain/names.js';
import type { CodeRunRow } from '../../libs/coderuns/persistence/entities.js';
import { DesensitisationRunKind } from '../../libs/desensitisation/application/desensitisation-run-kind.js';
import { Samples } from '../../libs/desensitisation/application/samples.js';
import { sampleFolder } from '../../libs/desensitisation/domain/names.js';
import type { DesensitisationRunRow } from '../../libs/desensitisation/persistence/entities.js';
import type { RunRow } from '../../libs/runs/persistence/run-row.js';
import { moment } from '../support/cuts.js';
import { openDelivered, type Delivered, type Plan } from '../support/delivered.js';
import { holdingOf } from '../support/holdings.js';
import { ok } from '../support/operating.js';
import { timesDone } from '../support/outcomes.js';
import { engineEnds, SteppedRuns, wears, type EngineEnd, type Try, type Wear } from '../support/stepped-runs.js';

/** What can befall a run; `nth` picks among the tries that are under way, lost workers' too. */
type Event =
  | { readonly what: 'claim'; readonly wear: Wear }
  | { readonly what: 'engine'; readonly nth: number; readonly end: EngineEnd }
  | { readonly what: 'commit' | 'drain'; readonly nth: number }
  | { readonly what: 'lose' | 'path' | 'stop' | 'person' | 'destroy' };

const nth = fc.nat({ max: 3 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('claim' as const), wear: fc.constantFrom('fresh' as const, ...wears) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('engine' as const),
      nth,
      end: fc.constantFrom(...engineEnds.filter((end) => end !== 'aborted'), 'made' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('commit' as const, 'commit' as const, 'drain' as const), nth }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('lose' as const, 'path' as const, 'stop' as const, 'person' as const) }) },
  { weight: 1, arbitrary: fc.constant({ what: 'destroy' as const }) },
);
/** Events one after another, some of them two at the same time. */
const lives = fc.array(fc.array(event, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 9 });

interface Kind {
  readonly name: string;
  readonly holding: 'code-run-results' | 'desensitised-samples';
  readonly kind: RunKind;
  readonly runs: SteppedRuns<RunRow>;
  readonly cancellations: (id: Id) => string;
  /** Asks for the result as the context downstream does. */
  readonly result: (id: Id) => Promise<unknown>;
}

let data: Delivered;
let worker: INestApplicationContext;
let life: RunLife;
let actor: Actor;
const kinds = new Map<string, Kind>();

const reading = <T>(action: string, work: Parameters<typeof data.medium.platform.unitOfWork.read<T>>[1]): Promise<T> =>
  data.medium.platform.unitOfWork.read(systemAct('test', action, new Date().toISOString()), work);

/** A run of each kind by the real engine: its row is what the others are given and make. */
beforeAll(async () => {
  data = await openDelivered();
  worker = await data.medium.worker();
  life = worker.get(RunLife, { strict: false });
  const overs = worker.get(Seams, { strict: false }).all('work-over');
  const { developer } = data.operating;
  const { personId, organisationId } = developer;
  actor = { kind: 'person', personId, organisationId, sessionId: newId(), grants: [], organisationIds: [organisationId], regions: {} };

  const desensitisation = worker.get(DesensitisationRunKind, { strict: false });
  const plan = ok<Plan>(await data.approve(await data.propose()));
  const { id: sampledId } = await data.run(plan);
  const sampled = await reading('desensitisation-run.read', (tx) => desensitisation.table.get(tx, sampledId));
  const samples = worker.get(Samples, { strict: false });
  const { proof, lineage, rowsIn, rowsOut } = sampled;
  kinds.set('desensitisation-run', {
    ...{ name: 'desensitisation-run', holding: 'desensitised-samples', kind: desensitisation },
    runs: new SteppedRuns<DesensitisationRunRow>(
      data,
      life,
      {
        kind: desensitisation,
        folder: sampleFolder,
        asked: Object.assign({}, sampled, { proof: null, lineage: null, rowsIn: null, rowsOut: null }),
        result: { ...storedIn(sampled), proof, lineage, rowsIn, rowsOut },
      },
      overs,
    ),
    cancellations: (id) => `/desensitisation-runs/${id}/cancellations`,
    result: (id) => reading('desensitisation-run.read', (tx) => samples.get(tx, id)),
  });

  const code = worker.get(CodeRunKind, { strict: false });
  const submission = ok<{ id: Id; digest: string }>(
    await developer.post('/code-submissions', {
      ...{ scenarioId: data.operating.scenarioId, purpose: 'run', language: 'sql', title: '按学历统计' },
      ...{ sql: 'SELECT "文化程度" AS e, count(*) AS n FROM residents GROUP BY ALL', inputs: [{ copyId: data.copyId, as: 'residents' }] },
    }),
  );
  const verdict = { verdict: 'approve', digest: submission.digest, reasons: '已读，未见问题' };
  ok(await data.reviewer.post(`/code-submissions/${submission.id}/reviews`, verdict));
  const { id } = ok<{ id: Id }>(await developer.post('/code-runs', { submissionId: submission.id }));
  const ran = await data.medium.until(async () => {
    const row = await reading('code-run.read', (tx) => code.table.get(tx, id));
    return row.state === 'succeeded' && row;
  }, 'the code run');
  const codeRuns = worker.get(CodeRuns, { strict: false });
  kinds.set('code-run', {
    ...{ name: 'code-run', holding: 'code-run-results', kind: code },
    runs: new SteppedRuns<CodeRunRow>(
      data,
      life,
      {
        kind: code,
        folder: resultFolder,
        asked: Object.assign({}, ran, { copies: null, lineage: null, rows: null }),
        result: { ...storedIn(ran), lineage: ran.lineage, rows: ran.rows },
      },
      overs,
    ),
    cancellations: (run) => `/code-runs/${run}/cancellations`,
    result: (run) => reading('code-run.read', (tx) => codeRuns.result(tx, run)),
  });
  // A try that failed is due again within seconds, and a slow machine would let the real worker take it.
  await data.medium.endWorker();
}, 480_000);
afterAll(() => data.close());

const storedIn = ({ objectKey, objectVersion, sha256, bytes }: RunRow) => ({ objectKey, objectVersion, sha256, bytes });

/** What never changes of a run that has ended; its result may be destroyed. */
const lasting = ({ version: _version, destroyedAt: _destroyedAt, ...rest }: RunRow) => rest;

/** Lets events befall one run and asks after each, and at the end, what must hold. */
async function live({ name, holding, kind, runs, cancellations, result }: Kind, events: readonly (readonly Event[])[]): Promise<string> {
  const { scenarioId, authorisationId, manager } = data.operating;
  const id = await runs.order(actor);
  const tries: Try[] = [];
  let final: RunRow | undefined;
  let cut = false;
  let destroyed = false;

  const under = (at: Try['at'], index: number): Try | undefined => {
    const there = tries.filter((one) => one.at === at);
    return there[index % Math.max(there.length, 1)];
  };
  const befall = async (one: Event): Promise<void> => {
    switch (one.what) {
      case 'claim': {
        const taken = await runs.claim(id, one.wear);
        if (taken !== undefined) tries.push(taken);
        return;
      }
      case 'engine':
        return under('engine', one.nth)?.go(one.end);
      case 'commit':
        return under('commit', one.nth)?.go();
      case 'drain': {
        const drained = under('engine', one.nth);
        await Promise.all([drained?.drain(), drained?.go('aborted')]);
        return;
      }
      case 'lose':
        await runs.giveBack(id);
        return;
      case 'path': {
        const paths = worker.get(Seams, { strict: false }).all('cut-path');
        for (const path of paths.filter((each) => each.path.endsWith('-jobs'))) {
          const rows = await path.cut({ kind: 'scenario', id: scenarioId }, moment());
          expect(rows.map(({ probe }) => probe.refused)).not.toContain(false);
        }
        cut = true;
        return;
      }
      case 'stop':
        await (
          await data.medium.platformOf('worker')
        ).unitOfWork.run(systemAct('test', 'platform.event-consumed', new Date().toISOString()), (tx) =>
          life.cut(tx, kind, { authorisationId }, new Date().toISOString()),
        );
        cut = true;
        return;
      case 'person': {
        const { status } = await manager.post(cancellations(id), {});
        expect(status < 300 || status === 409).toBe(true);
        cut = true;
        return;
      }
      case 'destroy':
        await (await holdingOf(data.medium, holding)).destroy({ domainId: newId(), authorisationId, scenarioIds: [scenarioId] });
        cut = true;
        destroyed = true;
    }
  };
  const mustHold = async (): Promise<void> => {
    const run = await runs.row(id);
    if (cut) expect(['succeeded', 'failed', 'cancelled']).toContain(run.state);
    if (final !== undefined) expect(lasting(run)).toEqual(lasting(final));
    if (run.finishedAt !== null) final ??= run;
    const endings = Promise.all(['succeeded', 'failed', 'cancelled'].map((state) => timesDone(data.medium, id, `${name}.${state}`)));
    expect(await endings).toEqual(['succeeded', 'failed', 'cancelled'].map((state) => (final?.state === state ? 1 : 0)));
    const charges = await data.medium.sql(`SELECT 1 FROM platform.outbox WHERE key = $1`, [id]);
    expect(charges).toHaveLength(run.state === 'succeeded' ? 1 : 0);
    const seen = await result(id).then(
      () => true,
      () => false,
    );
    expect(seen).toBe(run.state === 'succeeded' && !destroyed);
    if (run.state === 'cancelled') {
      const [work] = await data.medium.sql<{ state: string }>('SELECT state FROM platform.work WHERE key = $1', [id]);
      expect(work?.state).toBe('cancelled');
    }
    // What is given up has ended: nobody waits for a run that no worker takes any more.
    const [work] = await data.medium.sql<{ state: string }>('SELECT state FROM platform.work WHERE key = $1', [id]);
    if (work?.state === 'dead') expect(run.state).not.toMatch(/^(queued|running|checking)$/);
    if (run.finishedAt === null) expect(['due', 'leased']).toContain(work?.state);
  };

  for (const together of events) {
    await Promise.all(together.map(befall));
    await mustHold();
  }
  // Whoever is still under way ends; where nobody ended the run, one more worker does.
  for (const one of tries) while (one.at !== 'over') await one.go();
  await mustHold();
  await runs.giveBack(id);
  const last = await runs.claim(id, 'worn');
  while (last !== undefined && last.at !== 'over') await last.go();
  await mustHold();
  const run = await runs.row(id);
  if (run.state !== 'succeeded') expect(await runs.stored(run)).toEqual([]);
  return run.state;
}

describe('the one life of a run', () => {
  it.each(['code-run', 'desensitisation-run'])(
    'of a %s: whatever befalls it, it ends once, stays ended, and shows nothing after a cut',
    async (name) => {
      const kind = kinds.get(name);
      if (kind === undefined) throw new Error(name);
      const ended = new Set<string>();
      const property = fc.asyncProperty(lives, async (events) => void ended.add(await live(kind, events)));
      await fc.assert(property, { numRuns: 60 });
      expect([...ended].sort()).toEqual(['cancelled', 'failed', 'succeeded']);
    },
    600_000,
  );
});
