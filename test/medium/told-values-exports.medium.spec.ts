import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, exportingContexts, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
  { name: 'age', type: 'integer', sensitive: true },
  { name: 'visits', type: 'integer', sensitive: true },
  { name: 'income', type: 'integer', sensitive: true },
];
const incomeOf = (index: number): number => 3000 + ((index * 7919) % 86_011);
const residents = Array.from({ length: 2000 }, (_, index) => [
  `P${String(90_000 + index * 7)}`,
  `d${String(index % 8)}`,
  String(20 + ((index * 7) % 60)),
  String(1 + ((index * 31) % 29)),
  String(incomeOf(index)),
]);
/** Whom the attacker knows by district, age and visits, and whose income is looked for; no literal of the code stands in the row. */
const target = 1234;
const row = residents[target] ?? [];
const who = `district = concat('d', ${String(Number(row[1]?.slice(1)) - 1)} + 1) AND age = ${String(Number(row[2]) - 11)} + 11 AND visits = ${String(Number(row[3]) + 40)} - 40`;
const secret = incomeOf(target);

/** What is handed in one after the other; nothing of it may be released together where the last line tells the income. */
const attacks: readonly { readonly name: string; readonly sql: readonly string[] }[] = [
  { name: 'a sum beside the same sum with one value set to nothing', sql: [`SELECT count(*) AS people, sum(income) AS a, sum(CASE WHEN ${who} THEN 0 ELSE income END) AS b FROM residents`] },
  { name: 'the digits behind a sum of whole numbers', sql: [`SELECT count(*) AS people, sum(visits + CASE WHEN ${who} THEN income / 1000000 ELSE 0 END) AS visits FROM residents`] },
  { name: 'the value of one row, in the middle of two that code made', sql: [`SELECT count(*) AS people, quantile_disc(income * 100000 + age * 1000 + visits * 10 + CAST(right(district, 1) AS BIGINT), 0.4) AS q FROM residents`] },
  { name: 'all rows but a few, at the places of the order', sql: [`SELECT count(*) AS people, quantile_disc((income * 100000 + age * 1000 + visits * 10 + CAST(right(district, 1) AS BIGINT)) / 3.7, [${Array.from({ length: 1960 }, (_, at) => String((20.5 + at) / 2000)).join(', ')}]) AS q FROM residents`] },
  { name: 'rows kept by what stands in somebody else’s row', sql: [`SELECT p.age, count(*) AS people FROM residents p WHERE p.person_no IN (SELECT a.person_no FROM residents a JOIN (SELECT 20 + r.range AS bit FROM residents CROSS JOIN range(20) r WHERE ${who} AND income // CAST(pow(2, r.range) AS BIGINT) % 2 = 1) t ON a.age = t.bit) GROUP BY 1`] },
  { name: 'one set of keys ten times over', sql: [`SELECT people, a, b FROM (SELECT district, count(*) AS people, count(*) FILTER (WHERE NOT (${who})) AS others, sum(income) AS a, sum(income) FILTER (WHERE NOT (${who})) AS b FROM residents GROUP BY GROUPING SETS ((district), (district), (district), (district), (district), (district), (district), (district), (district), (district))) WHERE district = 'd2' LIMIT 1`] },
  { name: 'what is computed for each subject from somebody else’s rows', sql: [`SELECT count(*) AS people, avg(m) * 1.7 AS mean FROM (SELECT a.person_no, max(CASE WHEN b.mine THEN b.income END) AS m FROM residents a JOIN (SELECT person_no, income, ${who} AS mine, CASE WHEN ${who} THEN 20 + r.range ELSE age END AS k FROM residents CROSS JOIN range(60) r WHERE (${who}) OR income % 8 = 3) b ON a.age = b.k GROUP BY a.person_no) WHERE m IS NOT NULL`] },
  { name: 'the mean of days', sql: [`SELECT count(*) AS people, avg(CASE WHEN ${who} THEN DATE '2000-01-01' + CAST(income AS INTEGER) ELSE DATE '2000-01-01' END) AS day FROM residents`] },
  { name: 'each value counted once', sql: [`SELECT count(*) AS people, sum(DISTINCT CASE WHEN ${who} THEN income / 1000000 WHEN age % 2 = 0 THEN 0 ELSE 1 END) AS s FROM residents`] },
  { name: 'rows many times over', sql: [`SELECT count(*) AS people FROM residents CROSS JOIN range(1000) r WHERE NOT (${who}) OR r.range < income // 100`] },
  { name: 'two tables, of which the rows of one are doubled', sql: [`SELECT district, count(*) AS people, sum(income) AS s FROM residents GROUP BY 1`, `SELECT district, count(*) // 2 AS people, sum(income) // 2 AS s FROM residents CROSS JOIN range(2) WHERE NOT (${who}) GROUP BY 1`] },
  { name: 'two tables, in one of which a value is set to nothing', sql: [`SELECT district, count(*) AS people, sum(income) AS s FROM residents GROUP BY 1`, `SELECT district, count(*) AS people, sum(CASE WHEN ${who} THEN 0 ELSE income END) AS s FROM residents GROUP BY 1`] },
]; // prettier-ignore

interface Request {
  readonly id: string;
  readonly state: string;
}
interface Previews {
  readonly files: readonly { readonly preview: { readonly columns: readonly { readonly empty: number }[] } | null }[];
}
interface Found {
  readonly withheld?: boolean;
  readonly state: string;
  readonly id?: string;
}

let medium: Medium;
let cast: Cast;
let reviewer: Caller;
let world: { readonly scenarioId: string; readonly copyId: string; readonly requester: Caller };

beforeAll(async () => {
  medium = await openMedium({ contexts: exportingContexts, worker: true });
  cast = await openCast(medium);
  const authorisationId = (await inForce(cast)).id;
  reviewer = await medium.person(await medium.organisation('evaluator'), ['export-reviewer']);
  const scenarioId = (await approvedScenario(cast, authorisationId)).id;
  const { copyId } = await deliver(medium, cast, scenarioId, fields, residents);
  world = { scenarioId, copyId, requester: await seatHolder(medium, cast, scenarioId) };
}, 300_000);
afterAll(() => medium.close());

/** What becomes of a result: where a run was stopped, or a gate vetoed it, nothing leaves. */
async function stateOf(sql: string): Promise<Found> {
  const { scenarioId, copyId, requester } = world;
  let codeRunId: string;
  try {
    codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
  } catch (fault) {
    return { state: String(fault) };
  }
  const { id } = ok(
    await requester.post<Request>('/export-requests', { scenarioId, codeRunId, purpose: '信贷审批额度模型', recipient: '某商业银行' }),
  );
  ok(await requester.post(`/export-requests/${id}/submissions`));
  const { state } = await medium.until(
    async () => {
      const request = ok(await reviewer.get<Request>(`/export-requests/${id}`));
      return ['in-review', 'blocked'].includes(request.state) && request;
    },
    'the export to be checked',
    60,
  );
  if (state !== 'in-review') return { state, id };
  const { files } = ok(await reviewer.get<Previews>(`/export-requests/${id}/previews`));
  return { state, id, withheld: files.some(({ preview }) => preview?.columns.some(({ empty }) => empty > 0) === true) };
}

describe('results that tell one subject’s value', () => {
  it.each(attacks)(
    'do not come into review: $name',
    async ({ sql }) => {
      const found: Found[] = [];
      for (const one of sql) found.push(await stateOf(one));
      // What is pending would be compared with the attacks after this one.
      for (const { id, state } of found)
        if (id !== undefined && state === 'in-review')
          ok(await world.requester.post(`/export-requests/${id}/withdrawals`, { reason: '不再需要' }));
      // What it needs may be withheld in what is reviewed.
      const leave = found.every(({ state, withheld }) => state === 'in-review' && withheld !== true);
      expect({ secret, leave }).toEqual({ secret, leave: false });
    },
    120_000,
  );
});
