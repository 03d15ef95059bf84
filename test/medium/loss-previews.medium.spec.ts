import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import type { LossPreviewView } from '../../libs/desensitisation/contract.js';
import { openDelivered, type Delivered, type Plan, type Run } from '../support/delivered.js';
import { ok } from '../support/operating.js';

type Loss = z.output<typeof LossPreviewView>;
let data: Delivered;
beforeAll(async () => {
  data = await openDelivered();
}, 180_000);
afterAll(() => data.close());

const quasiIdentifiers = ['性别', '民族', '文化程度', '参保类型', '出生日期'];
async function put(plan: Plan, singlingOut: object | undefined): Promise<Plan> {
  const columns = plan.content?.columns.map((one) => (one.technique.kind === 'ask' ? { ...one, technique: { kind: 'drop' } } : one));
  return ok<Plan>(await data.steward.put<Plan>(`/desensitisation-plans/${plan.id}`, { columns, sampling: { rate: 0.9 }, singlingOut }));
}
const path = ({ id }: Plan): string => `/desensitisation-plans/${id}/loss-previews`;
const measured = async (plan: Plan): Promise<Loss> => {
  ok<Loss>(await data.steward.post<Loss>(path(plan), {}));
  return data.medium.until(
    async () => {
      const loss = ok<Loss>(await data.steward.get<Loss>(path(plan)));
      return loss.state !== 'measuring' && loss;
    },
    'the loss',
    120,
  );
};
const journal = (action: string): Promise<unknown[]> =>
  data.medium.sql(`SELECT 1 FROM platform.journal WHERE action = 'desensitisation-plan.${action}'`);

describe('what reaching k would lose', () => {
  it('is told before the plan is approved, in steps, as the run then does it, and measured once a revision [DES-03]', async () => {
    const plan = await put(await data.propose(), { quasiIdentifiers, k: 5, suppressAtMost: 0.1 });
    expect(ok<Loss>(await data.steward.get<Loss>(path(plan)))).toMatchObject({ state: 'none', fields: [], lossPercent: null });
    const loss = await measured(plan);
    expect(loss).toMatchObject({ state: 'measured', cause: null, revision: plan.revision });
    expect(loss.fields.map(({ column }) => column)).toEqual(quasiIdentifiers);
    ok<Loss>(await data.operating.authority.post<Loss>(path(plan), {}));
    expect((await journal('loss-ordered')).length).toBe(2);
    expect((await journal('loss-measured')).length).toBe(1);

    ok(await data.approve(plan, data.operating.authority));
    const { proof } = await data.run(plan);
    const made = proof?.checks.filter(({ check }) => check === 'generalised') ?? [];
    expect(made.slice(1).map(({ column, figures }) => [column, figures['level']])).toEqual(
      loss.fields.map(({ column, level }) => [column, level]),
    );
    const { loss: exactly = 0, suppressedShare = 0 } = made[0]?.figures ?? {};
    expect(Math.abs((loss.lossPercent ?? 0) / 100 - exactly)).toBeLessThanOrEqual(0.025);
    expect((loss.leftOutPercent ?? 0) / 100).toBeGreaterThanOrEqual(suppressedShare);
    expect([(loss.lossPercent ?? 1) % 5, (loss.leftOutPercent ?? 1) % 2]).toEqual([0, 0]);
    // What is kept of it says no more than what is shown.
    const [kept] = await data.medium.sql<{ loss: object }>('SELECT loss FROM desensitisation.plans WHERE id = $1', [plan.id]);
    expect(Object.keys(kept?.loss ?? {}).sort()).toEqual(['digest', 'fields', 'least', 'leftOutPercent', 'lossPercent', 'state']);
  }, 240_000);

  it('is for the provider and the authority, not for the unit, whatever plan it would compare [DES-02]', async () => {
    const plan = await put(await data.propose(), { quasiIdentifiers, k: 5 });
    for (const one of [data.operating.manager, data.operating.developer]) {
      expect((await one.post(path(plan), {})).status).toBe(403);
      expect((await one.get(path(plan))).status).toBe(403);
      expect(JSON.stringify((await one.get<Plan>(`/desensitisation-plans/${plan.id}`)).body)).not.toContain('leftOut');
    }
  }, 120_000);

  it('ends with its revision, says where k cannot be reached, and is refused where none is asked [DES-03]', async () => {
    const diversity = [{ column: '参保类型', l: 90, measure: 'distinct' }];
    const plan = await put(await data.propose(), { quasiIdentifiers: ['性别', '民族'], k: 2, diversity });
    const failed = await measured(plan);
    expect(failed).toMatchObject({ state: 'failed', cause: 'desensitisation.k-unreachable', fields: [], leftOutPercent: null });
    const changed = await put(plan, undefined);
    expect(ok<Loss>(await data.steward.get<Loss>(path(changed)))).toMatchObject({ state: 'none', cause: null });
    expect(await data.steward.post(path(changed), {})).toMatchObject({ status: 409, body: { code: 'desensitisation.nothing-to-preview' } });
    ok<Run>(await data.steward.post<Run>(`/desensitisation-plans/${plan.id}/withdrawals`, {}));
    expect(await data.steward.post(path(changed), {})).toMatchObject({ status: 409, body: { code: 'desensitisation.plan-not-draft' } });
  }, 240_000);
});
