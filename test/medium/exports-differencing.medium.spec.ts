import { authorisationsContext } from '#authorisations';
import { coderunsContext } from '#coderuns';
import { datasetsContext } from '#datasets';
import { desensitisationContext } from '#desensitisation';
import { domainsContext } from '#domains';
import { exportsContext } from '#exports';
import { identityContext } from '#identity';
import { seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
  { name: 'age', type: 'integer', sensitive: true },
];
/** Of one hundred and seven years is one resident, in the first district. */
const residents = Array.from({ length: 1000 }, (_, index) => [
  `P${String(90_000 + index * 7)}`,
  ['上城区', '拱墅区', '西湖区', '滨江区'][index % 4] ?? '',
  String(index === 0 ? 107 : 20 + ((index * 13) % 50)),
]);
const all = 'SELECT district, count(*) AS people FROM residents GROUP BY ALL';
const without = 'SELECT district AS area, count(*) AS n_of_them FROM residents WHERE age < 100 GROUP BY ALL';

interface Request {
  readonly id: string;
  readonly state: string;
  readonly binding: string;
  readonly round: number;
}
interface Checks {
  readonly checks: { check: string; answer: string; items: { id: string; finding: string }[] }[];
}

let medium: Medium;
let cast: Cast;
let scenarioId: string;
let copyId: string;
let requester: Caller;
let reviewer: Caller;
let releaser: Caller;

beforeAll(async () => {
  const contexts = [
    ...[identityContext, authorisationsContext, datasetsContext, { ...domainsContext, jobs: [] }],
    ...[seatsContext, desensitisationContext, coderunsContext, exportsContext],
  ];
  medium = await openMedium({ contexts, worker: true });
  cast = await openCast(medium);
  scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  ({ copyId } = await deliver(medium, cast, scenarioId, fields, residents));
  requester = await seatHolder(medium, cast, scenarioId);
  const panel = await medium.organisation('evaluator');
  reviewer = await medium.person(panel, ['export-reviewer']);
  releaser = await medium.person(panel, ['export-reviewer']);
}, 300_000);
afterAll(() => medium.close());

const read = async (id: string): Promise<Request> => ok(await reviewer.get<Request>(`/export-requests/${id}`));
const reaches = (id: string, ...states: string[]): Promise<Request> =>
  medium.until(
    async () => {
      const request = await read(id);
      return states.includes(request.state) && request;
    },
    `the export to be ${states.join(' or ')}`,
    120,
  );
async function submitted(sql: string): Promise<string> {
  const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
  const body = { scenarioId, codeRunId, purpose: '信贷审批额度模型', recipient: '某商业银行' };
  const { id } = ok(await requester.post<Request>('/export-requests', body));
  ok(await requester.post(`/export-requests/${id}/submissions`));
  return id;
}
async function approved(id: string): Promise<void> {
  const request = await reaches(id, 'in-review', 'blocked');
  expect(request.state).toBe('in-review');
  const { checks } = ok(await reviewer.get<Checks>(`/export-requests/${id}/checks`));
  const answers = checks.flatMap(({ items }) => items.map(({ id: item }) => ({ item, acceptable: true, reason: '已核对' })));
  for (const by of [cast.officer, reviewer])
    ok(await by.post(`/export-requests/${id}/reviews`, { verdict: 'yes', binding: request.binding, answers }));
}
const differencing = async (id: string) =>
  ok(await reviewer.get<Checks>(`/export-requests/${id}/checks`)).checks.find(({ check }) => check === 'differencing');
const withdraw = (id: string) => requester.post(`/export-requests/${id}/withdrawals`, { reason: '重新统计' });

describe('two tables of a scenario that differ by one resident', () => {
  it('do not both come into review, whatever their columns are called; the same table does [EXP-02]', async () => {
    const first = await reaches(await submitted(all), 'in-review', 'blocked');
    expect(first.state).toBe('in-review');
    expect(await differencing(first.id)).toMatchObject({ answer: 'pass', items: [] });
    const second = await reaches(await submitted(without), 'in-review', 'blocked');
    expect(second.state).toBe('blocked');
    expect(await differencing(second.id)).toMatchObject({ answer: 'veto', items: [{ finding: 'few-subjects-apart' }] });
    const again = await reaches(await submitted(all.replaceAll('people', 'residents_of_it')), 'in-review', 'blocked');
    expect([again.state, (await differencing(again.id))?.answer]).toEqual(['in-review', 'pass']);
    for (const { id } of [first, second, again]) ok(await withdraw(id));
  }, 300_000);

  it('that were checked at once do not both leave: what left meanwhile is compared before a release [EXP-02] [EXP-06]', async () => {
    const [first, second] = [await submitted(all), await submitted(without).then((id) => id)];
    await reaches(first, 'in-review');
    await reaches(second, 'in-review', 'blocked');
    // As if neither check had seen the other.
    for (const id of [first, second])
      await medium.sql(
        `SET session_replication_role = replica;
         UPDATE exports.export_requests SET state = 'in-review' WHERE id = '${id}';
         UPDATE exports.check_rounds SET answer = 'needs-a-human', checks = (SELECT jsonb_agg(CASE WHEN c->>'check' = 'differencing'
           THEN c || '{"answer":"pass","items":[],"evidence":{"against":[]}}' ELSE c END) FROM jsonb_array_elements(checks) AS c)
           WHERE request_id = '${id}';
         RESET session_replication_role`,
      );
    for (const id of [first, second]) await approved(id);
    const answers = await Promise.all([first, second].map((id) => releaser.post<Request>(`/export-requests/${id}/releases`)));
    const [left, held] = answers[0]?.status === 201 ? [first, second] : [second, first];
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'export.review-void',
      details: { changed: ['releases'] },
    });
    expect((await read(left)).state).toBe('released');
    expect(await reaches(held, 'blocked', 'in-review')).toMatchObject({ state: 'blocked', round: 2 });
    expect(await differencing(held)).toMatchObject({ answer: 'veto', items: [{ finding: 'few-subjects-apart' }] });
  }, 300_000);
});

describe('a sealed map', () => {
  it('stands in quarantine beside the result, under the scenario’s key, and lists nobody', async () => {
    const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, all);
    const folder = `scenarios/${scenarioId}/quarantine/code-runs`;
    const sealedBy = `scenario/${scenarioId}`;
    const pieces: Uint8Array[] = [];
    for await (const piece of await medium.platform.objects.get(`${folder}/${codeRunId}/map.csv`, { sealedBy })) pieces.push(piece);
    const text = Buffer.concat(pieces).toString('utf8');
    expect(text.split('\n').filter(Boolean)).toHaveLength(6);
    for (const value of residents.slice(0, 200).flatMap(([person = '', district = '']) => [person, district]))
      expect(text).not.toContain(value);
    const stored = await medium.platform.objects.list(`${folder}/subjects.key`);
    expect(stored).toHaveLength(1);
  }, 120_000);
});
