import { usccCheck } from '#datasets/contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, exportingContexts, listening, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
  { name: 'employer', type: 'text', sensitive: false },
  { name: 'income', type: 'integer', sensitive: true },
];
const districts = ['上城区', '拱墅区', '西湖区', '滨江区'];
const employers = Array.from({ length: 10 }, (_, index) => {
  const body = `91331121MA2E0${String(1000 + index * 7)}`;
  return body + usccCheck(body);
});
const residents = Array.from({ length: 2000 }, (_, index) => [
  `P${String(90_000 + index * 7)}`,
  districts[index % 4] ?? '',
  employers[index % 10] ?? '',
  // As amounts are: some earn the same. Numbers of which each came once would be taken for numbers that were given out.
  String(3000 + ((index * 37) % 500) * 8),
]);

interface Request {
  readonly id: string;
  readonly state: string;
  readonly round: number;
  readonly binding: string;
  readonly files: { id: string }[];
  readonly repairs: { round: number; kinds: string[]; columns: string[] | null }[];
}
interface Checks {
  readonly checks: { check: string; items: { id: string; answer: string; finding: string; repair: string }[] }[];
}
let medium: Medium;
let cast: Cast;
let scenarioId: string;
let copyId: string;
let requester: Caller;
let reviewer: Caller;
let releaser: Caller;

beforeAll(async () => {
  medium = await openMedium({ contexts: exportingContexts, worker: true });
  cast = await openCast(medium);
  scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  ({ copyId } = await deliver(medium, cast, scenarioId, fields, residents));
  requester = await seatHolder(medium, cast, scenarioId);
  const panel = await medium.organisation('evaluator');
  reviewer = await medium.person(panel, ['export-reviewer']);
  releaser = await medium.person(panel, ['export-reviewer']);
});
afterAll(() => medium.close());

const read = async (id: string, by: Caller = reviewer): Promise<Request> => ok(await by.get<Request>(`/export-requests/${id}`));
const checksOf = async (id: string, by: Caller): Promise<Checks['checks']> =>
  ok(await by.get<Checks>(`/export-requests/${id}/checks`)).checks;
const decided = (id: string): Promise<Request> =>
  medium.until(async () => {
    const request = await read(id);
    return ['in-review', 'blocked'].includes(request.state) && request;
  }, 'the checks');
async function submitted(sql: string, declaration?: object): Promise<Request> {
  const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
  const body = {
    scenarioId,
    codeRunId,
    purpose: '就业结构统计',
    recipient: '某商业银行',
    ...(declaration === undefined ? {} : { declaration }),
  };
  const { id } = ok(await requester.post<Request>('/export-requests', body));
  expect((await requester.post(`/export-requests/${id}/repairs`)).body).toMatchObject({
    code: 'export.not-blocked',
    details: { state: 'draft' },
  });
  ok(await requester.post(`/export-requests/${id}/submissions`));
  return decided(id);
}

type Items = Checks['checks'][number]['items'];
const voteOn = ({ binding }: Request, items: Items) => ({
  ...{ verdict: 'yes', binding },
  answers: items.map(({ id }) => ({ item: id, acceptable: true, reason: '已核对' })),
});
/** Reviewed by two, released by a third, taken home by the requester. */
async function releasedLines(request: Request): Promise<string[]> {
  const path = `/export-requests/${request.id}`;
  const items = (await checksOf(request.id, reviewer)).flatMap((check) => check.items);
  for (const by of [cast.officer, reviewer]) ok(await by.post(`${path}/reviews`, voteOn(request, items)));
  const released = ok(await releaser.post<Request>(`${path}/releases`));
  const link = ok(await requester.post<{ path: string }>(`${path}/downloads`, { fileId: released.files[0]?.id }));
  const answer = await fetch(`${await listening(medium)}${link.path}`, { headers: { authorization: `Bearer ${await requester.token()}` } });
  return (await answer.text()).trim().split('\n');
}

describe('evidence of dominance', () => {
  it('is taken up and measured, and does not leave with the table that it speaks for [EXP-01]', async () => {
    const sql = `SELECT district, count(*) AS people, sum(income) AS total, sum(income) FILTER (income > 6990) AS largest,
      sum(income) FILTER (income < 3200) AS second FROM residents GROUP BY ALL`;
    const declaration = { counts: ['people'], magnitudes: [{ total: 'total', largest: 'largest', second: 'second' }] };
    const request = await submitted(sql, declaration);
    expect(request.state).toBe('in-review');
    const checks = await checksOf(request.id, reviewer);
    expect(checks.flatMap(({ items }) => items.map(({ finding }) => finding))).not.toContain('dominance-unknown');
    const stored = await medium.sql<{ evidence: string | null }>(
      `SELECT files->0->'evidence'->>'objectKey' AS evidence FROM exports.export_requests WHERE id = $1`,
      [request.id],
    );
    expect(stored[0]?.evidence).toMatch(/evidence\.csv$/);
    expect((await releasedLines(request))[0]).toBe('district,people,total');
  });
});

describe('a repair', () => {
  it('is offered by the veto, made once by the platform, told without its columns, and what it made is reviewed and leaves [EXP-02]', async () => {
    const blocked = await submitted('SELECT district, employer, count(*) AS people FROM residents GROUP BY ALL');
    expect(blocked.state).toBe('blocked');
    const offered = (await checksOf(blocked.id, requester)).flatMap(({ items }) => items.filter(({ answer }) => answer === 'veto'));
    expect(offered).toMatchObject([{ finding: 'identifier', repair: 'suppress' }]);
    const path = `/export-requests/${blocked.id}/repairs`;
    expect((await cast.manager.post(path)).body).toMatchObject({ code: 'export.not-the-requester' });
    expect((await reviewer.post(path)).status).toBe(403);
    const answers = await Promise.all(Array.from({ length: 6 }, () => requester.post<Request>(path)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409, 409]);
    const repaired = await decided(blocked.id);
    expect([repaired.state, repaired.round, repaired.files.length]).toEqual(['in-review', blocked.round + 1, 1]);
    expect(repaired.files[0]?.id).not.toBe(blocked.files[0]?.id);
    expect(repaired.repairs).toEqual([{ round: 2, kinds: ['suppress'], columns: ['employer'] }]);
    expect((await read(blocked.id, requester)).repairs).toEqual([{ round: 2, kinds: ['suppress'], columns: null }]);
    const told = await medium.sql<{ text: string }>(
      `SELECT canonical AS text FROM platform.journal WHERE object_id = $1 AND action = 'export-request.repair-accepted'`,
      [blocked.id],
    );
    const acts = told.map(({ text }) => JSON.parse(text) as { outcome: string; details?: unknown });
    expect(acts.filter(({ outcome }) => outcome === 'done').map(({ details }) => details)).toEqual([{ round: 2, kinds: ['suppress'] }]);
    expect((await requester.post(path)).body).toMatchObject({ code: 'export.not-blocked', details: { state: 'in-review' } });

    const items = (await checksOf(blocked.id, reviewer)).flatMap((check) => check.items);
    expect(
      (await reviewer.post(`/export-requests/${blocked.id}/reviews`, { ...voteOn(repaired, items), binding: blocked.binding })).body,
    ).toMatchObject({
      code: 'export.review-outdated',
    });
    const lines = await releasedLines(repaired);
    expect(lines[0]).toBe('district,people');
    expect(lines).toHaveLength(21);
    expect([...lines.slice(1)].sort()).toEqual(lines.slice(1));
  });

  it('is refused where nothing would be left, and the request stays as it is [EXP-02]', async () => {
    const blocked = await submitted('SELECT district, income FROM residents ORDER BY person_no LIMIT 300');
    const refused = await requester.post(`/export-requests/${blocked.id}/repairs`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'export.no-repair', details: { findings: ['nothing-left'] } } });
    expect((await read(blocked.id)).round).toBe(blocked.round);
  });
});
