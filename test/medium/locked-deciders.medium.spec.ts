import { systemAct } from '#kernel';
import type { RunKind } from '#runs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CodeRunKind } from '../../libs/coderuns/application/code-run-kind.js';
import { DesensitisationRunKind } from '../../libs/desensitisation/application/desensitisation-run-kind.js';
import { openDelivered, type Delivered, type Plan } from '../support/delivered.js';
import type { Caller } from '../support/medium.js';
import { ok } from '../support/operating.js';

let data: Delivered;
beforeAll(async () => {
  data = await openDelivered();
}, 240_000);
afterAll(() => data.close());

const fell = { status: 409, body: { code: 'identity.earlier-say-fell' } };
const lock = async (who: Caller): Promise<string> =>
  ok<{ id: string }>(await data.medium.security.post(`/people/${who.personId}/locks`, { ground: 'incident', reason: '账号泄露' })).id;
/** Another administrator than who locked lifts it. */
const lift = async (who: Caller, lockId: string): Promise<void> => {
  const other = await data.medium.person(data.medium.security.organisationId, ['security-admin']);
  ok(await other.post(`/people/${who.personId}/locks/${lockId}/lifts`, { reason: '核查无误' }));
};
const ended = async (path: string): Promise<{ state: string; cause: { code: string } | null }> =>
  data.medium.until(async () => {
    const run = ok<{ state: string; cause: { code: string } | null }>(await data.operating.manager.get(path));
    return ['succeeded', 'failed', 'cancelled'].includes(run.state) && run;
  }, 'the run to end');

/** What a worker asks before a run begins, and before its result counts. */
async function allowed(kind: typeof CodeRunKind | typeof DesensitisationRunKind, id: string): Promise<unknown> {
  const worker = await data.medium.worker();
  const { unitOfWork } = await data.medium.platformOf('worker');
  const runs = worker.get<RunKind>(kind, { strict: false });
  const act = systemAct('test', runs.actions.started, new Date().toISOString());
  return unitOfWork.run(act, async (tx) => runs.allowed(tx, await runs.table.get(tx, id)));
}

describe('while who decided is locked', () => {
  it('a plan that they approved touches no raw row, ordered before or after, and does again once the lock is lifted [DES-03]', async () => {
    const approver = await data.medium.person(data.steward.organisationId, ['provider']);
    const plan = ok<Plan>(await data.approve(await data.propose(), approver));
    const { manager } = data.operating;
    const locked = await lock(approver);
    expect(await manager.post('/desensitisation-runs', { planId: plan.id })).toMatchObject(fell);
    await lift(approver, locked);
    const { id } = ok<{ id: string }>(await manager.post('/desensitisation-runs', { planId: plan.id }));
    expect((await ended(`/desensitisation-runs/${id}`)).state).toBe('succeeded');
    await lock(approver);
    await expect(allowed(DesensitisationRunKind, id)).rejects.toMatchObject({ code: fell.body.code });
  }, 120_000);

  it('code that they reviewed runs on no raw row, also where it was in the queue by then [MOD-03]', async () => {
    const { developer, scenarioId } = data.operating;
    const submission = ok<{ id: string; digest: string }>(
      await developer.post('/code-submissions', {
        ...{ scenarioId, purpose: 'run', language: 'sql', title: '按学历统计' },
        ...{ sql: 'SELECT "文化程度" AS e, count(*) AS n FROM residents GROUP BY ALL', inputs: [{ copyId: data.copyId, as: 'residents' }] },
      }),
    );
    const verdict = { verdict: 'approve', digest: submission.digest, reasons: '已读，未见问题' };
    ok(await data.reviewer.post(`/code-submissions/${submission.id}/reviews`, verdict));
    const { id } = ok<{ id: string }>(await developer.post('/code-runs', { submissionId: submission.id }));
    expect((await ended(`/code-runs/${id}`)).state).toBe('succeeded');
    await lock(data.reviewer);
    expect(await developer.post('/code-runs', { submissionId: submission.id })).toMatchObject(fell);
    await expect(allowed(CodeRunKind, id)).rejects.toMatchObject({ code: fell.body.code });
  }, 120_000);
});
