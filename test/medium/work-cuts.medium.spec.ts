import { defineJob, newId, Standing, systemAct, systemClock, type ActContext, type CutScope, type Id } from '#kernel';
import { Handlers } from '#platform/queue';
import { Seams } from '#platform/seams';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { readFileSync } from 'node:fs';
import { composeWorker } from '../../apps/worker/app.js';
import { moment } from '../support/cuts.js';
import { openDelivered, seat, type Delivered, type Plan } from '../support/delivered.js';
import type { Caller } from '../support/medium.js';
import { ok } from '../support/operating.js';

let data: Delivered;
let worker: INestApplicationContext;
/** Holds what every claim of the lanes that people share takes first: what is ordered waits. */
let held: pg.Client;
let planId: Id;
let submissionId: Id;
let seatId: Id;
let person: Caller;
let colleague: Caller;

beforeAll(async () => {
  data = await openDelivered();
  const platform = await data.medium.platformOf('worker');
  worker = await composeWorker(
    platform,
    platform.contexts.flatMap(({ jobs }) => jobs),
  );
  [person, colleague] = [await atWork(), await atWork()];
  const plan = ok<Plan>(await data.approve(await data.propose()));
  planId = plan.id;
  await data.run(plan);
  const submission = ok<{ id: Id; digest: string }>(
    await person.post('/code-submissions', {
      ...{ scenarioId: data.operating.scenarioId, purpose: 'run', language: 'sql', title: '按学历统计' },
      ...{ sql: 'SELECT "文化程度" AS e, count(*) AS n FROM residents GROUP BY ALL', inputs: [{ copyId: data.copyId, as: 'residents' }] },
    }),
  );
  submissionId = submission.id;
  const verdict = { verdict: 'approve', digest: submission.digest, reasons: '已读，未见问题' };
  ok(await data.reviewer.post(`/code-submissions/${submissionId}/reviews`, verdict));
  const seats = ok<{ items: { id: Id }[] }>(await data.operating.authority.get(`/seats?personId=${person.personId}`));
  seatId = seats.items[0]?.id ?? '';
  held = new pg.Client({ connectionString: readFileSync(data.medium.superuserUrlFile, 'utf8').trim() });
  await held.connect();
  for (const lane of ['work', 'trials']) await held.query(`SELECT pg_advisory_lock(hashtext('opdomain.lane'), hashtext($1))`, [lane]);
}, 480_000);
afterAll(async () => {
  await held.end();
  await worker.close();
  await data.close();
});

/** Who may order everything that is ordered in a scenario: a manager who also develops, by a seat. */
async function atWork(): Promise<Caller> {
  const one = await data.medium.person(data.operating.unitId, ['unit-manager', 'unit-developer']);
  await seat(data.operating, one);
  return one;
}

/** How each kind of job that a cut ends is ordered, and what a receipt calls it. */
const orders: Readonly<
  Record<string, { readonly as: string; readonly by: (caller: Caller) => Promise<{ body: unknown; status: number }> }>
> = {
  'desensitisation.propose': { as: 'desensitisation-plan', by: (one) => one.post(`/dataset-copies/${data.copyId}/plan-proposals`, {}) },
  'desensitisation.run': { as: 'desensitisation-run', by: (one) => one.post('/desensitisation-runs', { planId }) },
  'coderuns.run': { as: 'code-run', by: (one) => one.post('/code-runs', { submissionId }) },
  'coderuns.trial': { as: 'code-run', by: (one) => one.post(`/code-submissions/${submissionId}/trials`, {}) },
};

interface Order {
  readonly job: string;
  readonly whose: 'person' | 'colleague';
  readonly state: 'due' | 'leased' | 'dead';
}
const ordered = fc.array(
  fc.record<Order>({
    job: fc.constantFrom(...Object.keys(orders)),
    whose: fc.constantFrom('person', 'person', 'colleague'),
    state: fc.constantFrom('due', 'leased', 'dead'),
  }),
  { minLength: 1, maxLength: 7 },
);
const scopes = fc.constantFrom<CutScope['kind']>('person', 'person', 'seat', 'scenario', 'authorisation', 'unit');

async function place({ job, whose, state }: Order): Promise<{ object: string; key: Id; order: Order }> {
  const order = orders[job];
  if (order === undefined) throw new Error(job);
  const { id } = ok<{ id: Id }>((await order.by(whose === 'person' ? person : colleague)) as never);
  if (state !== 'due')
    await data.medium.sql(
      `UPDATE platform.work SET state = $2, lease_owner = CASE $2 WHEN 'leased' THEN 'someone' END,
         lease_until = CASE $2 WHEN 'leased' THEN now() + interval '1 day' END WHERE key = $1`,
      [id, state],
    );
  return { object: `${order.as}/${id}`, key: id, order: { job, whose, state } };
}

async function cut(scope: CutScope): Promise<{ queued: string[]; running: string[]; answers: string[]; refused: unknown[] }> {
  const at = moment();
  const paths = worker
    .get(Seams, { strict: false })
    .all('cut-path')
    .filter(({ path }) => path.endsWith('-jobs'));
  const rows = (await Promise.all(paths.map((path) => path.cut(scope, at)))).flat();
  const own = rows.filter(({ object }) => object !== `${scope.kind}/${scope.id}`);
  const on = (path: string) => own.flatMap((row) => (row.path === path ? [row.object] : [])).sort();
  return {
    ...{ queued: on('queued-jobs'), running: on('running-jobs') },
    answers: rows.filter((row) => !own.includes(row)).map(({ probe }) => probe.answer),
    refused: [...new Set(rows.map(({ probe }) => probe.refused))],
  };
}
const statesOf = async (keys: readonly Id[]): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await data.medium.sql<{ key: Id; state: string }>('SELECT key, state FROM platform.work WHERE key = ANY($1)', [keys])).map(
      ({ key, state }) => [key, state],
    ),
  );
const scopeId = (kind: CutScope['kind']): Id =>
  ({
    ...{ person: person.personId, seat: seatId, scenario: data.operating.scenarioId },
    ...{ authorisation: data.operating.authorisationId, unit: data.operating.unitId, domain: '' },
  })[kind];

describe('queued and running work', () => {
  it('is of kinds that a cut ends, all of which are ordered here, or that say why they go on', () => {
    const jobs = [...worker.get(Handlers, { strict: false }).jobs().values()].map(({ job }) => job);
    expect(jobs.flatMap(({ name, cut: how }) => (how === 'with-its-scope' ? [name] : [])).sort()).toEqual(Object.keys(orders).sort());
    for (const { cut: how } of jobs) if (how !== 'with-its-scope') expect(how.goesOn.length).toBeGreaterThan(8);
    expect(jobs.length).toBeGreaterThan(12);
  });

  it('of whatever is cut is never taken again, and the receipt counts it as it was; what is another’s is left alone [SEAT-03]', async () => {
    await fc.assert(
      fc.asyncProperty(ordered, scopes, async (wanted, kind) => {
        const placed = [];
        for (const one of wanted) placed.push(await place(one));
        const hit = placed.filter(({ order }) => order.whose === 'person' || (kind !== 'person' && kind !== 'seat'));
        const found = await cut({ kind, id: scopeId(kind) });
        const named = (running: boolean) =>
          hit.flatMap(({ object, order }) => ((order.state === 'leased') === running ? [object] : [])).sort();
        expect(found).toMatchObject({ queued: named(false), running: named(true), refused: [true] });
        for (const answer of found.answers) expect(answer).toMatch(/^0 that a cut ends/);
        const now = await statesOf(placed.map(({ key }) => key));
        for (const one of placed) expect(now[one.key]).toBe(hit.includes(one) ? 'cancelled' : one.order.state);
        const open = await data.medium.sql(
          `SELECT 1 FROM desensitisation.plans WHERE id = ANY($1) AND state = 'proposing'
           UNION ALL SELECT 1 FROM desensitisation.runs WHERE id = ANY($1) AND finished_at IS NULL
           UNION ALL SELECT 1 FROM coderuns.runs WHERE id = ANY($1) AND finished_at IS NULL`,
          [hit.map(({ key }) => key)],
        );
        expect(open).toEqual([]);
        await cut({ kind: 'scenario', id: data.operating.scenarioId });
      }),
      { numRuns: 12, examples: [[Object.keys(orders).map((job) => ({ job, whose: 'person', state: 'due' })), 'person']] },
    );
  }, 240_000);

  it('of a scenario measures no loss of a plan any more: what was ordered has failed, the receipt names it, and another may be ordered [DES-02]', async () => {
    const path = `/desensitisation-plans/${planId}/loss-previews`;
    for (let time = 0; time < 2; time += 1) {
      expect(ok<{ state: string }>(await data.steward.post(path, {})).state).toBe('measuring');
      const found = await cut({ kind: 'scenario', id: data.operating.scenarioId });
      expect(found).toMatchObject({ queued: [`desensitisation-plan/${planId}`], running: [], refused: [true] });
      expect(ok(await data.steward.get(path))).toMatchObject({ state: 'failed', cause: 'desensitisation.proposal-cut' });
    }
  }, 60_000);

  it('that goes on is named by a receipt with its count and its reason, and stays', async () => {
    const { personId, organisationId } = person;
    const actor = { kind: 'person', personId, organisationId, sessionId: newId(), grants: [], organisationIds: [], regions: {} } as const;
    const goingOn = [...worker.get(Handlers, { strict: false }).jobs().values()].filter(({ job }) => job.cut !== 'with-its-scope');
    const dueAt = new Date(Date.now() + 86_400_000).toISOString();
    const keys = goingOn.map(() => newId());
    await data.medium.platform.unitOfWork.run({ action: 'test', actor, at: systemClock.now() }, async (tx) => {
      for (const [n, { job }] of goingOn.entries()) await tx.enqueue(job, { key: keys[n] ?? '', dueAt });
    });
    const { answers, refused } = await cut({ kind: 'person', id: personId });
    expect(refused).toEqual([true]);
    for (const { job } of goingOn)
      for (const answer of answers) expect(answer).toContain(`${job.name} 1 (${typeof job.cut === 'object' ? job.cut.goesOn : ''})`);
    expect([...new Set(Object.values(await statesOf(keys)))]).toEqual(['due']);
    await data.medium.sql('DELETE FROM platform.work WHERE key = ANY($1)', [keys]);
  });

  it('is ordered before the cut of what it rests on, which then waits and finds it, or is refused; never in between', async () => {
    const { unitOfWork } = data.medium.platform;
    const job = defineJob('test.work', 'work', 'with-its-scope');
    const { personId, organisationId } = person;
    const actor = { kind: 'person', personId, organisationId, sessionId: newId(), grants: [], organisationIds: [], regions: {} } as const;
    const rested = async (): Promise<ActContext> => {
      const ctx = { action: 'test', actor, at: systemClock.now(), standing: new Standing() };
      await unitOfWork.read(ctx, (tx) => tx.restOn([{ kind: 'person', id: personId }]));
      return ctx;
    };
    const raise = () => unitOfWork.run(systemAct('test', 'test', systemClock.now()), (tx) => tx.bumpEpoch('person', personId));
    // Whatever an act does and however long it takes: a cut does not wait for it, and it does not commit after the cut.
    const begun = Promise.withResolvers<undefined>();
    const going = Promise.withResolvers<undefined>();
    const long = unitOfWork.run({ ...(await rested()), action: 'person.self-read' }, async (tx) => {
      await tx.record({ action: 'person.self-read', object: { kind: 'person', id: personId } });
      begun.resolve(undefined);
      await going.promise;
    });
    await begun.promise;
    await raise();
    going.resolve(undefined);
    await expect(long).rejects.toMatchObject({ code: 'access.ended', details: { what: 'person' } });
    // One that raises an epoch of its own by what it does is not ended by that.
    await unitOfWork.run({ ...(await rested()), action: 'person.self-read' }, async (tx) => {
      await tx.bumpEpoch('person', personId);
      await tx.record({ action: 'person.self-read', object: { kind: 'person', id: personId } });
    });
    const order: string[] = [];
    const committing = Promise.withResolvers<undefined>();
    const queued = Promise.withResolvers<undefined>();
    const first = unitOfWork.run(await rested(), async (tx) => {
      await tx.enqueue(job, { key: newId(), dueAt: new Date(Date.now() + 86_400_000).toISOString() });
      queued.resolve(undefined);
      await committing.promise;
      order.push('ordered');
    });
    await queued.promise;
    const raised = raise().then(() => order.push('cut'));
    await data.medium.until(
      async () =>
        (
          await data.medium.sql(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ExclusiveLock' AND classid =
           (SELECT hashtext('opdomain.epoch')::bit(32)::bigint)::oid`)
        ).length > 0,
      'the cut to wait',
    );
    committing.resolve(undefined);
    await Promise.all([first, raised]);
    expect(order).toEqual(['ordered', 'cut']);
    const late = unitOfWork.run(await rested(), async (tx) => {
      await data.medium.sql(`UPDATE platform.epochs SET epoch = epoch + 1 WHERE kind = 'person' AND id = $1`, [personId]);
      await tx.enqueue(job, { key: newId() });
    });
    await expect(late).rejects.toMatchObject({ code: 'access.ended' });
    await data.medium.sql(`DELETE FROM platform.work WHERE name = 'test.work'`);
  }, 60_000);

  it('of a person who is revoked reads nothing any more: a proposal fails, and another may be ordered by another [SEAT-03]', async () => {
    const { object, key } = await place({ job: 'desensitisation.propose', whose: 'colleague', state: 'due' });
    const revoked = ok<{ id: Id }>(
      await data.medium.security.post(`/people/${colleague.personId}/revocations`, { ground: 'incident', reason: '核查' }),
    );
    const plan = await data.medium.until(
      async () => {
        const found = ok<Plan>(await data.steward.get(`/desensitisation-plans/${key}`));
        return found.state !== 'proposing' && found;
      },
      'the proposal to end',
      60,
    );
    expect(plan).toMatchObject({ state: 'failed', cause: 'desensitisation.proposal-cut', findings: [] });
    const [row] = await data.medium.until(
      async () => {
        const rows = await data.medium.sql<{ shown: { path: string; rows: { object: string }[] }[]; receipt: unknown }>(
          'SELECT shown, receipt FROM seats.revocations WHERE id = $1',
          [revoked.id],
        );
        return JSON.stringify(rows).includes(object) && rows;
      },
      'the receipt to name the proposal',
      60,
    );
    expect(JSON.stringify(row)).toContain(object);
    await held.query('SELECT pg_advisory_unlock_all()');
    expect((await data.propose(data.operating.manager)).state).toBe('draft');
    expect(ok<Plan>(await data.steward.get(`/desensitisation-plans/${key}`)).state).toBe('failed');
  }, 120_000);
});
