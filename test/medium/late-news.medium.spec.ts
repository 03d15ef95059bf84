import { sha256, type Id } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { openDelivered, type Delivered } from '../support/delivered.js';
import { inDays, ok } from '../support/operating.js';

let data: Delivered;
/** While it holds a lock, no news is consumed, or no run is begun. */
let holder: pg.Client;
let submissionId: Id;

beforeAll(async () => {
  data = await openDelivered();
  holder = new pg.Client({ connectionString: readFileSync(data.medium.superuserUrlFile, 'utf8').trim() });
  await holder.connect();
  const { developer, scenarioId } = data.operating;
  const submission = ok<{ id: Id; digest: string }>(
    await developer.post('/code-submissions', {
      ...{ scenarioId, purpose: 'run', language: 'sql', title: '按学历统计' },
      ...{ sql: 'SELECT "文化程度" AS e, count(*) AS n FROM residents GROUP BY ALL', inputs: [{ copyId: data.copyId, as: 'residents' }] },
    }),
  );
  submissionId = submission.id;
  const verdict = { verdict: 'approve', digest: submission.digest, reasons: '已读，未见问题' };
  ok(await data.reviewer.post(`/code-submissions/${submissionId}/reviews`, verdict));
  await holder.query(`SELECT pg_advisory_lock(hashtext('opdomain.lane'), hashtext('work'))`);
}, 480_000);
afterAll(async () => {
  await holder.end();
  await data.close();
});

const unheard = async <T>(acts: () => Promise<T>): Promise<T> => {
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE platform.inbox IN SHARE MODE');
  try {
    return await acts();
  } finally {
    await holder.query('COMMIT');
  }
};
const order = async (): Promise<Id> => ok<{ id: Id }>(await data.operating.developer.post('/code-runs', { submissionId })).id;
const stateOf = async (run: Id): Promise<string> => ok<{ state: string }>(await data.operating.developer.get(`/code-runs/${run}`)).state;
const suspend = async (): Promise<Id> =>
  ok<{ id: Id }>(
    await data.operating.authority.post(`/authorisations/${data.operating.authorisationId}/suspensions`, {
      ground: 'other-breach',
      evidence: [{ what: '检查记录', digest: sha256('检查记录') }],
      decidedOn: inDays(0),
      period: { length: 30, unit: 'calendar-days', source: '协议第十条' },
    }),
  ).id;
async function resume(suspensionId: Id): Promise<void> {
  const path = `/suspensions/${suspensionId}`;
  ok(await data.operating.manager.post(`${path}/rectification-plans`, { digest: sha256('plan'), steps: ['整改'] }));
  ok(await data.operating.manager.post(`${path}/reports`, { digest: sha256('report') }));
  ok(await data.operating.authority.post(`${path}/assessments`, { verdict: 'passed', reasons: '整改到位' }));
  ok(await data.operating.authority.post(`${path}/resumptions`, {}));
}
const allHeard = (): Promise<unknown> =>
  data.medium.until(
    async () =>
      (
        await data.medium.sql(
          `SELECT 1 FROM platform.outbox WHERE expanded_at IS NULL UNION ALL
           SELECT 1 FROM platform.work WHERE kind = 'event' AND state IN ('due', 'leased')`,
        )
      ).length === 0,
    'all news to be heard',
    60,
  );
interface Revocation {
  readonly state: string;
  readonly committedAt: string;
}
const revocationOf = async (suspensionId: Id): Promise<Revocation | undefined> =>
  ok<{ items: Revocation[] }>(await data.operating.authority.get(`/revocations?caseId=${suspensionId}`)).items[0];

describe('news that comes after what it tells of was undone', () => {
  it('ends what was there then and nothing that came later, and leaves no cut that could never be shown [SUSP-03]', async () => {
    const before = await order();
    const [suspension, after] = await unheard(async () => {
      const id = await suspend();
      await resume(id);
      return [id, await order()] as const;
    });
    await allHeard();
    expect(await stateOf(before)).toBe('cancelled');
    expect(await stateOf(after)).toBe('queued');
    expect(await revocationOf(suspension)).toMatchObject({ state: 'superseded' });
    const open = await data.medium.sql(`SELECT 1 FROM seats.revocations WHERE state = 'cutting'`);
    expect(open).toEqual([]);
    ok(await data.operating.developer.post(`/code-runs/${after}/cancellations`, {}));
  }, 120_000);

  it('leaves a later suspension its own: the promise of each runs from its own act', async () => {
    const [first, second] = await unheard(async () => {
      const one = await suspend();
      await resume(one);
      return [one, await suspend()] as const;
    });
    await allHeard();
    expect(await revocationOf(first)).toMatchObject({ state: 'superseded' });
    const said = await data.medium.sql<{ at: Date }>(
      `SELECT created_at AS at FROM platform.outbox WHERE payload->>'suspensionId' = $1 AND type LIKE 'authorisation.suspended%'`,
      [second],
    );
    const [act] = await data.medium.sql<{ at: Date }>(
      `SELECT recorded_at AS at FROM platform.journal WHERE canonical LIKE '%' || $1 || '%' AND action = 'authorisation.suspended' ORDER BY id DESC`,
      [second],
    );
    const { committedAt } = (await revocationOf(second)) as Revocation;
    expect(committedAt).toBe(said[0]?.at.toISOString());
    // As the act was recorded, to the moment that its transaction took, and not as news of it was heard.
    expect(Math.abs(Date.parse(committedAt) - (act?.at.getTime() ?? 0))).toBeLessThan(5_000);
    await resume(second);
    await allHeard();
    // Lifted before its receipt was complete: nothing of it is worked for any more.
    expect(['superseded', 'closed']).toContain((await revocationOf(second))?.state);
  }, 120_000);
});
