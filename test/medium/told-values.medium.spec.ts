import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differencesOf } from '#coderuns/contract';
import { Opponent, residents, rule, visitsOfTen, nineKnown, notedNowAndThen, type Attempted } from '../support/opponent.js';

/** Somebody whom the attacker knows by place, age, schooling and visits; the income is what is looked for. */
interface Target {
  readonly who: string;
  readonly income: number;
  readonly bonus: number;
}
type Rows = readonly (readonly unknown[])[];
interface Attack {
  readonly name: string;
  /** Handed in one after the other. */
  readonly sql: (who: string) => readonly string[];
  /** What somebody who reads the results takes for the income. */
  readonly told: (...results: (Rows | undefined)[]) => number;
  /** What is told where it is not the income to the last unit. */
  readonly secret?: (of: Target) => number;
}
const n = (rows: Rows | undefined, at = 0, row = 0): number => Number(rows?.[row]?.[at] ?? Number.NaN);
const fraction = (of: number): number => Math.round((of % 1) * 1_000_000);
const tenfold = Array.from({ length: 10 }, () => '(district)').join(', ');
const bits = (column: string): string => `CAST(pow(2, ${column}) AS BIGINT)`;

const attacks: readonly Attack[] = [
  {
    name: 'a sum beside the same sum with one value set to nothing',
    sql: (who) => [`SELECT sum(income) AS a, sum(CASE WHEN ${who} THEN 0 ELSE income END) AS b FROM people`],
    told: (rows) => n(rows) - n(rows, 1),
  },
  {
    name: 'a mean beside the mean of values that were made equal, group by group',
    sql: (who) => [`SELECT district, count(*) AS n, avg(income) AS a, avg(CASE WHEN ${who} THEN 0 ELSE income END) AS b FROM people GROUP BY 1`],
    told: (rows) => Math.max(...(rows ?? []).map((_, at) => Math.round((n(rows, 2, at) - n(rows, 3, at)) * n(rows, 1, at)))) ,
  },
  {
    name: 'two tables, in the second of which one value is set to nothing',
    sql: (who) => [`SELECT sum(income) AS a FROM people`, `SELECT sum(CASE WHEN ${who} THEN 0 ELSE income END) AS a FROM people`],
    told: (one, other) => n(one) - n(other),
  },
  {
    name: 'digits behind a sum of whole numbers',
    sql: (who) => [`SELECT sum(visits + CASE WHEN ${who} THEN income / 1000000 ELSE 0 END) AS a FROM people`],
    told: (rows) => fraction(n(rows)),
  },
  {
    name: 'each value counted once',
    sql: (who) => [`SELECT sum(DISTINCT CASE WHEN ${who} THEN income / 1000000 WHEN age % 2 = 0 THEN 0 ELSE 1 END) AS a FROM people`],
    told: (rows) => fraction(n(rows)),
  },
  {
    name: 'how many different values there are',
    sql: (who) => [`SELECT count(DISTINCT CASE WHEN ${who} AND r.range < income // 100 THEN r.range ELSE -1 END) AS a FROM people CROSS JOIN range(1000) r`],
    told: (rows) => n(rows) - 1,
  },
  {
    name: 'rows many times over',
    sql: (who) => [`SELECT count(*) AS a FROM people CROSS JOIN range(1000) r WHERE NOT (${who}) OR r.range < income // 100`],
    told: (rows) => n(rows) - 1999 * 1000,
  },
  {
    name: 'how evenly texts are spread',
    sql: (who) => [`SELECT entropy(CASE WHEN ${who} AND r.range < income // 1000 THEN 'a' ELSE 'b' END) AS a FROM people CROSS JOIN range(100) r`],
    told: (rows) => {
      // The number of a’s of 200,000, by trying.
      const all = 200_000;
      const of = (a: number): number => (a === 0 ? 0 : -(a / all) * Math.log2(a / all) - (1 - a / all) * Math.log2(1 - a / all));
      const found = Array.from({ length: 100 }, (_, at) => at).find((at) => Math.abs(of(at) - n(rows)) < 1e-9);
      return found ?? Number.NaN;
    },
  },
  {
    name: 'the mean of days',
    sql: (who) => [`SELECT avg(CASE WHEN ${who} THEN DATE '2000-01-01' + CAST(income AS INTEGER) ELSE DATE '2000-01-01' END) AS a FROM people`],
    told: (rows) => Math.round(((Date.parse(`${String(rows?.[0]?.[0])}Z`) - Date.UTC(2000, 0, 1)) / 86_400_000) * 2000),
  },
  {
    name: 'one row as a number, at a place of the order',
    sql: (who) => [
      `SELECT quantile_disc(CASE WHEN ${who} THEN income WHEN age % 2 = 0 THEN -1 ELSE 100000000 END, [${Array.from({ length: 80 }, (_, at) => String(0.48 + at / 2000)).join(', ')}]) AS q FROM people`,
    ],
    told: (rows) => Number((rows?.[0]?.[0] as unknown[] | undefined)?.find((one) => Number(one) > 0 && Number(one) < 100_000_000) ?? Number.NaN),
  },
  {
    name: 'windows over people of one name',
    sql: (who) => [
      `SELECT n, a FROM (SELECT name, avg(m) AS a, count(*) AS n FROM (SELECT name, max(CASE WHEN ${who} THEN income END) OVER (PARTITION BY name) AS m FROM people) WHERE m IS NOT NULL GROUP BY name)`,
    ],
    told: (rows) => n(rows, 1),
  },
  {
    name: 'rows kept by what stands in somebody else’s row',
    sql: (who) => [
      `SELECT p.age, count(*) AS n FROM people p WHERE p.id_no IN (SELECT a.id_no FROM people a JOIN (SELECT 20 + r.range AS bit FROM people CROSS JOIN range(20) r WHERE ${who} AND income // ${bits('r.range')} % 2 = 1) t ON a.age = t.bit) GROUP BY 1`,
    ],
    told: (rows) => (rows ?? []).reduce((sum, row) => sum + 2 ** (Number(row[0]) - 20), 0),
  },
  {
    name: 'what is computed for each subject from somebody else’s rows',
    sql: (who) => [
      `SELECT count(*) AS n, avg(m) AS a FROM (SELECT a.id_no, max(CASE WHEN b.mine THEN b.income END) AS m FROM people a JOIN (SELECT id_no, income, ${who} AS mine, CASE WHEN ${who} THEN 20 + r.range ELSE age END AS k FROM people CROSS JOIN range(60) r WHERE (${who}) OR income % 8 = 3) b ON a.age = b.k GROUP BY a.id_no) WHERE m IS NOT NULL`,
    ],
    told: (rows) => n(rows, 1),
  },
  {
    name: 'one set of keys ten times over',
    sql: (who) => [
      `SELECT DISTINCT a - b AS d FROM (SELECT district, sum(income) AS a, sum(income) FILTER (WHERE NOT (${who})) AS b FROM people GROUP BY GROUPING SETS (${tenfold}))`,
    ],
    told: (rows) => Math.max(...(rows ?? []).map(([one]) => Number(one ?? 0))),
  },
  {
    name: 'a total beside most of it, the rows of which are doubled',
    sql: (who) => [
      `SELECT 'all' AS w, sum(income) AS s FROM people UNION ALL SELECT 'most', sum(income) // 2 FROM people CROSS JOIN range(2) WHERE NOT (${who})`,
    ],
    told: (rows) => n(rows, 1) - n(rows, 1, 1),
  },
  {
    name: 'two tables, of which the rows of one are doubled',
    sql: (who) => [
      `SELECT district, count(*) AS n, sum(income) AS s FROM people GROUP BY 1`,
      `SELECT district, count(*) // 2 AS n, sum(income) // 2 AS s FROM people CROSS JOIN range(2) WHERE NOT (${who}) GROUP BY 1`,
    ],
    told: (one, other) => Math.max(...(one ?? []).map((_, at) => n(one, 2, at) - n(other, 2, at))),
  },
  {
    name: 'two halves beside most of both',
    sql: (who) => [
      // Whose half comes second is found by trying.
      ...[0, 1].map((first) => `SELECT sum(income) FILTER (WHERE age % 2 = ${String(first)}) AS a, sum(income) FILTER (WHERE age % 2 <> ${String(first)}) AS b, sum(income) FILTER (WHERE NOT (${who})) AS c FROM people`),
    ],
    told: (...results) => Math.max(...results.map((rows) => (rows?.[0]?.includes(null) === true ? 0 : n(rows) + n(rows, 1) - n(rows, 2)))),
    secret: ({ income }) => income,
  },
  {
    name: 'a whole, two parts of it, and a third that hides what they leave',
    sql: (who) => [
      `SELECT sum(income) AS a, sum(income) FILTER (WHERE age % 2 = 0 AND NOT (${who})) AS b, sum(income) FILTER (WHERE visits > 20 OR (${who})) AS d, sum(income) FILTER (WHERE age % 2 = 1 AND NOT (${who})) AS c FROM people`,
    ],
    told: (rows) => n(rows) - n(rows, 1) - n(rows, 3),
  },
  {
    name: 'a sum beside it without somebody and many who have nothing',
    sql: (who) => [`SELECT sum(bonus) AS a, sum(bonus) FILTER (WHERE NOT ((${who}) OR (bonus = 0 AND edu = 'e1'))) AS b FROM people`],
    told: (rows) => n(rows) - n(rows, 1),
    secret: ({ bonus }) => bonus,
  },
]; // prettier-ignore
/** To so much the attack tells the income. */
const grain: Readonly<Record<string, number>> = {
  'rows many times over': 100,
  'how evenly texts are spread': 1000,
  'how many different values there are': 100,
};

let opponent: Opponent;
let people: readonly Target[];
beforeAll(async () => {
  opponent = await Opponent.open({ people: residents });
  const all = `SELECT district, age, edu, visits, income, bonus, name, count(*) OVER (PARTITION BY district, age, edu, visits), count(*) OVER (PARTITION BY name), rank() OVER (ORDER BY income), rank() OVER (ORDER BY income DESC) FROM people`;
  people = (await opponent.truth(`SELECT * FROM (${all}) AS t(district, age, edu, visits, income, bonus, name, same, named, up, down) WHERE same = 1 AND named >= 15 AND up > 5 AND down > 5 AND bonus > 0`)).map(
    ([district, age, edu, visits, income, bonus]) => ({
      ...{ income: Number(income), bonus: Number(bonus) },
      // Written so that no literal of the code stands in the row.
      who: `district = concat('d', ${String(Number(String(district).slice(1)) + 100)} - 100) AND age = ${String(Number(age) + 100)} - 100 AND edu = concat('e', ${String(Number(String(edu).slice(1)) + 100)} - 100) AND visits = ${String(Number(visits) + 200)} - 200`,
    }),
  ); // prettier-ignore
}, 60_000);
afterAll(() => {
  opponent.runs.connection.closeSync();
});

/** The results of all, where each leaves its run and the gate’s differencing has nothing against them, alone and beside one another. */
async function leaving(sql: readonly string[]): Promise<readonly Rows[]> {
  const left: Exclude<Attempted, { readonly stopped: string }>[] = [];
  for (const one of sql) {
    const got = await opponent.attempt(one);
    if ('stopped' in got) return [];
    left.push(got);
  }
  const pairs = left.flatMap(({ table }, at) => left.slice(0, at + 1).map((other) => differencesOf(table, other.table, rule.threshold)));
  return pairs.every(({ small, recomputed, complete }) => small === 0 && recomputed === 0 && complete) ? left.map(({ rows }) => rows) : [];
}

describe('code that was written to tell one subject’s value', () => {
  it.each(attacks)('tells of nobody: $name', async ({ name, sql, told, secret }) => {
    for (const target of fc.sample(fc.constantFrom(...people), { numRuns: 2, seed: 8 })) {
      const results = await leaving(sql(target.who));
      const by = grain[name] ?? 1;
      const looked = secret?.(target) ?? Math.floor(target.income / by);
      expect({ looked, told: results.length === 0 ? null : told(...results) }).not.toEqual({ looked, told: looked });
    }
  });

  it('is no list of whole rows, written as numbers at each place of the order', async () => {
    const code =
      'income * 10000000 + age * 100000 + visits * 1000 + CAST(right(edu, 1) AS BIGINT) * 10 + CAST(right(district, 1) AS BIGINT)';
    const places = Array.from({ length: 1460 }, (_, at) => String((270.5 + at) / 2000));
    const [rows = []] = await leaving([`SELECT quantile_disc(${code}, [${places.join(', ')}]) AS q FROM people`]);
    const shown = rows.flatMap(([list]) => (list ?? []) as unknown[]).map(String);
    const there = new Set((await opponent.truth(`SELECT ${code} FROM people`)).map(([one]) => String(one)));
    expect(shown.filter((one) => there.has(one)).length).toBe(0);
  });

  it('tells of nobody to a tenth by a slope that hangs on one who was moved far out', async () => {
    const near: number[] = [];
    for (const { who, income } of fc.sample(fc.constantFrom(...people), { numRuns: 3, seed: 8 })) {
      const sql = `SELECT avg(income) AS mean, regr_slope(income, visits + CASE WHEN ${who} THEN 20000 ELSE 0 END) AS slope FROM people`;
      const [rows] = await leaving([sql]);
      const told = rows?.[0]?.[1] == null ? Number.NaN : n(rows) + 20_000 * n(rows, 1);
      near.push(Math.abs(told - income) / income);
    }
    // The p % rule: nobody's part may be told to a tenth.
    expect(near.filter((one) => one < 0.1)).toEqual([]);
  });
});

describe('columns that their provider declared wrongly', () => {
  it('do not make one subject of twelve rows into twelve: resident IDs stand in a column of remarks', async () => {
    const world = await Opponent.open({ visits: visitsOfTen });
    const got = await world.attempt('SELECT diag, count(*) AS n, sum(paid) AS paid FROM visits GROUP BY 1');
    const shown = 'stopped' in got ? [] : got.rows.map(([diag]) => diag);
    expect(shown).not.toContain('rare');
  });
});

describe('subjects', () => {
  it('are not those whose identifier is missing: nine people and a row of nobody are nine', async () => {
    const world = await Opponent.open({ people: nineKnown });
    const got = await world.attempt('SELECT k, count(*) AS n, sum(v) AS s FROM people GROUP BY 1');
    const shown = 'stopped' in got ? [] : got.rows.map(([k]) => k);
    expect(shown).not.toContain('x');
  });
});

describe('honest code', () => {
  it('is answered where a few rows have a remark that no other row has', async () => {
    const world = await Opponent.open({ people: notedNowAndThen });
    const got = await world.attempt('SELECT district, count(*) AS n, avg(income) AS mean FROM people GROUP BY 1');
    expect('stopped' in got ? got.stopped : got.rows.length).toBe(8);
  });

  it('may count people beside rows where some rows are nobody’s', async () => {
    const world = await Opponent.open({ people: nineKnown });
    const got = await world.attempt("SELECT k, count(*) AS n, count(DISTINCT id_no) AS people FROM people WHERE k <> 'x' GROUP BY 1");
    expect('stopped' in got ? got.stopped : got.rows.filter(([, , people]) => people !== null).length).toBe(3);
  });

  it('may ask what a window over somebody’s own rows adds up to', async () => {
    const got = await opponent.attempt(
      'SELECT district, count(*) AS n FROM (SELECT district, sum(income) OVER (PARTITION BY id_no) AS s FROM people) WHERE s > 50000 GROUP BY 1',
    );
    expect('stopped' in got ? got.stopped : got.rows.length).toBe(8);
  });
});
