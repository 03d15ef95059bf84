import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { openDelivered, type Delivered, type Plan, type Run } from '../support/delivered.js';
import { ok } from '../support/operating.js';

let data: Delivered;
beforeAll(async () => {
  data = await openDelivered();
}, 180_000);
afterAll(() => data.close());

const field = '月缴费基数';
const noise = (epsilon: number, bottom = 0): object => ({
  ...{ kind: 'laplace-noise', epsilon, bottom, sensitivity: 30_000, subject: '公民身份号码', rowsPerSubject: 1 },
});
/** The proposal with some columns decided otherwise, and nothing asked of quasi-identifiers. */
const changed = ({ content }: Plan, techniques: Readonly<Record<string, object>>): object => ({
  columns: content?.columns.map((one) => (techniques[one.column] === undefined ? one : { ...one, sensitiveType: 'none', technique: techniques[one.column] })),
  sampling: content?.sampling,
}); // prettier-ignore
const put = async (techniques: Readonly<Record<string, object>>) => {
  const plan = await data.propose();
  return data.steward.put<Plan>(`/desensitisation-plans/${plan.id}`, changed(plan, techniques));
};
const approved = async (techniques: Readonly<Record<string, object>>): Promise<Plan> => {
  const plan = ok<Plan>(await put(techniques));
  return ok<Plan>(await data.approve(plan, data.operating.authority));
};
const budget = async ({ id }: Plan) => ok<Plan>(await data.steward.get(`/desensitisation-plans/${id}`)).noiseBudgets;

describe('the noise budget of a field', () => {
  it('is given back by a run that publishes nothing, and spent by the one that publishes [DES-03]', async () => {
    const number = { kind: 'generalise', to: { by: 'hierarchy', map: {}, otherwise: '13912345678' } };
    const leaking = await approved({ [field]: noise(0.6), 文化程度: number });
    expect(await budget(leaking)).toEqual([{ column: field, total: 1, spent: 0, reserved: 0, left: 1, asked: 0.6 }]);
    const ordered = ok<Run>(await data.operating.manager.post('/desensitisation-runs', { planId: leaking.id }));
    expect(await data.ended(ordered.id)).toMatchObject({ state: 'failed', cause: { code: 'desensitisation.proof-failed' } });
    expect(await budget(leaking)).toMatchObject([{ spent: 0, reserved: 0, left: 1 }]);

    const plan = await approved({ [field]: noise(0.6), 参保类型: { kind: 'shuffle', within: '性别' } });
    const done = await data.run(plan);
    expect(done).toMatchObject({ state: 'succeeded', cause: null });
    expect(done.proof?.checks.find(({ check }) => check === 'shuffled')).toMatchObject({
      column: '参保类型',
      verdict: 'pass',
      figures: { rare: 0 },
    });
    expect(done.lineage?.find(({ name }) => name === '参保类型')).toMatchObject({
      reversibility: 'irreversible',
      from: ['参保类型', '性别'],
    });
    expect(done.lineage?.find(({ name }) => name === field)).toEqual({
      ...{ name: field, type: 'decimal', reversibility: 'keyed', technique: 'laplace-noise' },
      from: [field, '公民身份号码'],
    });
    expect(await budget(plan)).toEqual([{ column: field, total: 1, spent: 0.6, reserved: 0, left: 0.4, asked: 0 }]);
  }, 180_000);

  it('is not spent again by the same noise, and refuses any other that would exceed it: in a plan, with what is left [DES-03]', async () => {
    const again = await approved({ [field]: noise(0.6), 文化程度: { kind: 'drop' } });
    expect(await data.run(again)).toMatchObject({ state: 'succeeded' });
    expect(await budget(again)).toMatchObject([{ spent: 0.6, left: 0.4, asked: 0 }]);
    for (const technique of [noise(0.41), noise(0.6, 1), { ...noise(0.3), rowsPerSubject: 2 }])
      expect(await put({ [field]: technique })).toMatchObject({
        status: 409,
        body: { code: 'desensitisation.noise-budget-exceeded', details: { columns: [field], budgets: [{ column: field, left: 0.4 }] } },
      });
  }, 180_000);

  it('lets one of two spend the last of it, however they come together [DES-03]', async () => {
    const plans = [await approved({ [field]: noise(0.4) }), await approved({ [field]: noise(0.4, 1) })];
    // Nobody can be charged before both orders have come as far as they do at once.
    const holding = new pg.Client({ connectionString: (await readFile(data.medium.superuserUrlFile, 'utf8')).trim() });
    await holding.connect();
    await holding.query('BEGIN; LOCK TABLE desensitisation.noise_charges IN SHARE MODE');
    const orders = plans.map(({ id }) => data.operating.manager.post<Run>('/desensitisation-runs', { planId: id }));
    await data.medium.until(async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await data.medium.sql(waiting)).length >= 2;
    }, 'both orders to wait');
    await holding.query('COMMIT');
    await holding.end();
    const answers = await Promise.all(orders);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'desensitisation.noise-budget-exceeded' });
    for (const { status, body } of answers) if (status === 202) await data.ended(body.id);
    const charged = await data.medium.sql<{ sum: string }>(
      `SELECT sum(hundredths) FROM (SELECT DISTINCT field, release, hundredths FROM desensitisation.noise_charges charge
         JOIN desensitisation.runs run ON run.id = charge.run_id WHERE run.state = 'succeeded') AS once`,
    );
    expect(Number(charged[0]?.sum)).toBe(100);
  }, 240_000);
});
