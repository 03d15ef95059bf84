import { normalFormMacros, Refusal } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Facts, Identifier } from './compile.js';
import { listedFor } from './functions.js';
import { exactly, type Bound } from './json.js';
import { protect, type Protected } from './protect.js';
import { readPlan } from './read.js';

const cases = fileURLToPath(new URL('../../../../test/fixtures/cases/exports/', import.meta.url));
interface Case {
  readonly name: string;
  readonly sql: string;
  readonly second?: string;
}
const read = (file: string): Case[] => JSON.parse(readFileSync(`${cases}${file}`, 'utf8')) as Case[];
const one = (column: string, values: number, isName = false): Identifier => ({ column, values, isName });
const facts: Facts = {
  identifying: new Map([
    ['people', [one('name', 14_000, true), one('person_id', 20_000), one('id_no', 20_000), one('mobile', 20_000)]],
    ['firms', [one('firm_id', 3_000)]],
  ]),
  rule: { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 },
};
const inputs = new Map<string, string[]>();
let connection: DuckDBConnection;
let empty: DuckDBConnection;
const query = async (sql: string, values: string[] = []) => (await connection.runAndReadAll(sql, values)).getRowsJson();
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  empty = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(normalFormMacros());
  const text = 'VARCHAR';
  const types = {
    people: {
      person_id: text,
      name: text,
      id_no: text,
      sex: text,
      birth: 'DATE',
      mobile: text,
      district: text,
      edu: text,
      income: 'DECIMAL(12,2)',
      visits: 'BIGINT',
      diag: text,
    },
    firms: { firm_id: text, sector: text, turnover: 'DECIMAL(14,2)', staff: 'BIGINT' },
  };
  for (const [table, columns] of Object.entries(types)) {
    const listed = Object.entries(columns).map(([name, type]) => `'${name}': '${type}'`);
    await connection.run(
      `CREATE TABLE ${table} AS SELECT * FROM read_csv('${cases}${table}.csv', header = true, auto_detect = false, columns = {${listed.join(', ')}})`,
    );
    await empty.run(
      `CREATE TABLE ${table} (${Object.entries(columns)
        .map((each) => each.join(' '))
        .join(', ')})`,
    );
    inputs.set(table, Object.keys(columns));
  }
}, 120_000);

async function protectedOf(sql: string): Promise<Protected> {
  const answer = exactly(String((await connection.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0])) as {
    plans?: Bound[];
  };
  const plan = answer.plans?.[0];
  if (plan === undefined) throw new Error(`not bound: ${JSON.stringify(answer)}`);
  // Against empty tables, as everything that is done before a run.
  const names = (await empty.runAndReadAll(sql)).columnNames();
  return protect(readPlan(plan, inputs, listedFor), names, facts);
}
/** The code of a refusal, `rows` where single people's rows would leave, or the rows that leave. */
async function leaves(sql: string): Promise<string | unknown[][]> {
  try {
    const made = await protectedOf(sql);
    return made.sql === undefined ? 'rows' : await query(made.sql);
  } catch (fault) {
    if (fault instanceof Refusal) return fault.code;
    throw fault;
  }
}

describe('code over raw data', () => {
  it.each(read('attacks.json').map((each) => [each.name, each] as const))(
    'stops what singles people out: %s',
    async (_, { sql, second }) => {
      const found = await leaves(second ?? sql);
      // Refused, vetoed as rows, or without any cell that fewer than ten people stand behind.
      if (typeof found === 'string') {
        expect(found).toMatch(
          /^(rows|coderuns\.(identifier-compared|function-not-allowed|operator-not-allowed|measure-too-free|join-multiplies))$/,
        );
        return;
      }
      const whole = (await query(sql)) as unknown[][];
      expect(found.length).toBeLessThanOrEqual(whole.length);
      const counts = found.flat().filter((value) => value !== null);
      if (found.length === whole.length && found.length > 0) expect(counts.length).toBeLessThan(whole.flat().length);
    },
  );

  it.each(read('honest.json').map((each) => [each.name, each] as const))(
    'computes what tells of groups exactly as the code would: %s',
    async (name, { sql }) => {
      const found = await leaves(sql);
      if (typeof found === 'string') throw new Error(`${name}: ${found}`);
      const sorted = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row.map(rounded))).sort();
      const whole = ((await query(sql)) as unknown[][]).map((row) => row.map(rounded));
      // Cells of single firms are left out, and nothing else of an honest table.
      const hidden = name.startsWith('08') ? [3, 4] : [];
      expect(sorted(found)).toEqual(sorted(whole.map((row) => row.map((value, at) => (hidden.includes(at) ? null : value)))));
    },
  );
});
describe('what is not listed, or reaches over subjects', () => {
  it.each([
    ['SELECT rowid FROM people', 'operator-not-allowed'],
    ['SELECT DISTINCT ON (district) district, edu FROM people', 'operator-not-allowed'],
    ['SELECT count(*) FROM people USING SAMPLE 10', 'operator-not-allowed'],
    ['WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t', 'operator-not-allowed'],
    [
      'SELECT count(*) FROM people p WHERE income > (SELECT avg(income) FROM people q WHERE q.district = p.district)',
      'operator-not-allowed',
    ],
    ['SELECT count(*) FROM people POSITIONAL JOIN firms', 'operator-not-allowed'],
    ["SELECT list_transform([name], x -> x || 'a') FROM people", 'function-not-allowed'],
    ['SELECT random() FROM people', 'function-not-allowed'],
    ['SELECT district, first(name) FROM people GROUP BY 1', 'function-not-allowed'],
    ['SELECT district, approx_count_distinct(name) FROM people GROUP BY 1', 'function-not-allowed'],
    ['SELECT district, arg_max(name, income) FROM people GROUP BY 1', 'function-not-allowed'],
    ['SELECT current_date', 'function-not-allowed'],
    ['SELECT count(*) FROM (SELECT income FROM people ORDER BY income DESC LIMIT 1)', 'order-dependent'],
    [
      'SELECT sum(income) FROM (SELECT income FROM people WHERE 1 = 0 UNION ALL (SELECT income FROM people ORDER BY income DESC LIMIT 50))',
      'order-dependent',
    ],
    ['SELECT count(*) FROM people WHERE district IN (SELECT district FROM people ORDER BY income DESC LIMIT 1)', 'order-dependent'],
    ['SELECT district FROM people UNION ALL SELECT sector FROM firms', 'operator-not-allowed'],
    ['SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY income) AS r FROM people) WHERE r < 3', 'window-crosses-subjects'],
    ['SELECT count(*) FROM people p JOIN firms f ON p.visits > f.staff', 'join-not-equal'],
    ['SELECT count(*) FROM people, firms', 'join-not-equal'],
    ["SELECT count(*) FROM (VALUES ('R000003')) t(x) JOIN people ON person_id = x", 'identifier-compared'],
    ["SELECT count(*) FROM people WHERE person_id IN ('R000003', 'R000004')", 'identifier-compared'],
    ["SELECT count(*) FROM people WHERE name LIKE '张%' AND income > 1", 'identifier-compared'],
    ['SELECT sum(CASE WHEN length(name) = 2 THEN income END) FROM people', 'identifier-compared'],
    ['SELECT sum(income) FILTER (WHERE CAST(CAST(substr(person_id, 2) AS INTEGER) - 3 AS BOOLEAN)) FROM people', 'identifier-compared'],
    ['SELECT district FROM people EXCEPT SELECT sector FROM firms', 'operator-not-allowed'],
  ])('is refused by its code: %s', async (sql, code) => {
    expect(await leaves(sql)).toBe(`coderuns.${code}`);
  });

  it('is refused of any other version of the engine', () => {
    const fault = (version: string): unknown => {
      try {
        readPlan({ type: 'LOGICAL_DUMMY_SCAN', children: [] }, inputs, version);
        return undefined;
      } catch (error) {
        return (error as Refusal).code;
      }
    };
    expect(fault(listedFor)).toBeUndefined();
    expect(fault(`${listedFor}-r.3`)).toBeUndefined();
    for (const other of ['duckdb 1.5.7', 'duckdb 1.5.60', 'duckdb 1.6.0', 'sqlite 3'])
      expect(fault(other)).toBe('coderuns.engine-not-listed');
  });
});

describe('a group', () => {
  it.each([
    'count_if(#)',
    'countif(#)',
    'count_if(cost > 0) FILTER (#)',
    'count(*) FILTER (#)',
    'count(CASE WHEN # THEN 1 END)',
    'count(pid) FILTER (#)',
    'sum(CASE WHEN # THEN 1 ELSE 0 END)',
    'sum(CASE WHEN # THEN 1 END)',
    'sum((#)::INTEGER)',
  ])('does not show how many of it meet a condition where they are a few, in whatever way they are counted: %s', async (way) => {
    for (let few = 1; few <= 20; few += 1) {
      const sql = `SELECT place, ${way.replaceAll('#', `cost < ${String(100 + few)}`)} AS n FROM visits WHERE place = 'a' GROUP BY 1`;
      expect([few, await leaves(sql)]).toEqual([few, [['a', few < 10 ? null : String(few)]]]);
    }
  });

  const identifying = facts.identifying as Map<string, readonly Identifier[]>;
  const made = async (table: string, columns: readonly string[]): Promise<void> => {
    for (const each of [connection, empty]) await each.run(`CREATE TABLE ${table} (${columns.join(', ')})`);
    inputs.set(
      table,
      columns.map((column) => column.split(' ')[0] ?? ''),
    );
  };
  beforeAll(async () => {
    await made('visits', ['pid VARCHAR', 'place VARCHAR', 'cost DECIMAL(12,2)']);
    identifying.set('visits', [one('pid', 30)]);
    // a: thirty people, once each. b: two people, fifty times. c: twelve people, one of whom makes up nearly all. d: nine people.
    await connection.run(`INSERT INTO visits SELECT 'p' || range, 'a', 100 + range FROM range(30)
      UNION ALL SELECT 'p' || (range % 2), 'b', 10 FROM range(100)
      UNION ALL SELECT 'p' || range, 'c', CASE range WHEN 0 THEN 1000000 ELSE 1 END FROM range(12)
      UNION ALL SELECT 'p' || range, 'd', 5 FROM range(9)`);
    await made('bills', ['pid VARCHAR', 'day DATE', 'cost DECIMAL(12,2)', 'flat BIGINT', 'pad BIGINT', 'spread BIGINT']);
    identifying.set('bills', [one('pid', 40)]);
    // One of forty has nearly all of the cost.
    await connection.run(
      `INSERT INTO bills SELECT 'p' || range, DATE '2020-01-01' + CAST(range AS INTEGER), CASE range WHEN 7 THEN 900000 ELSE 20 + range END,
         1, range % 5, 1000000000 * (range % 9) FROM range(40)`,
    );
  });

  it('has so many subjects, however many rows; one of whom nobody makes up most shows its sum', async () => {
    expect(await leaves('SELECT place, count(*) AS n, sum(cost) AS total FROM visits GROUP BY 1')).toEqual([
      ['a', '30', '3435.00'],
      ['c', '12', null],
    ]);
  });

  it('is counted by people also where a cell counts only some of its rows, and nothing is told of who are too few', async () => {
    expect(
      await leaves(
        "SELECT count(*) FILTER (place = 'd') AS d, count(*) FILTER (place = 'a') AS a, count(*) FILTER (place = 'e') AS e FROM visits",
      ),
    ).toEqual([[null, '30', null]]);
  });

  it('is counted by rows where nobody has two, in buckets and one by one, to the same result', async () => {
    await made('cards', ['pid VARCHAR', 'holder VARCHAR', 'town VARCHAR', 'cost DECIMAL(12,2)']);
    // Towns of 1 to 60 people; few of the first names.
    await connection.run(`INSERT INTO cards SELECT 'p' || n, 'h' || (n * 7 % 400), 't' || town, 10 + n % 9
      FROM (SELECT town, town * 100 + person AS n FROM range(1, 61) AS a(town), range(0, 60) AS b(person) WHERE person < town)`);
    const found: unknown[] = [];
    for (const once of [true, false]) {
      identifying.set('cards', [one('holder', 400), { ...one('pid', 1830), once }]);
      for (const sql of [
        'SELECT town, count(*) AS n, sum(cost) AS total FROM cards GROUP BY 1',
        'SELECT town, quantile_cont(cost, 0.2) AS q, avg(cost) AS m FROM cards GROUP BY 1',
        'SELECT town, count(*) FILTER (cost > 12) AS n FROM cards GROUP BY ROLLUP (town)',
        'SELECT count(*) AS n, sum(a.cost) AS total FROM cards a JOIN cards b ON a.pid = b.pid',
      ])
        found.push(await leaves(sql));
    }
    expect(found.slice(4)).toEqual(found.slice(0, 4));
    // As many towns as have ten holders or more, and all of those.
    const large = await query(
      'SELECT town, count(*) AS n, sum(cost) AS total FROM cards GROUP BY 1 HAVING count(DISTINCT holder) >= 10 ORDER BY ALL',
    );
    expect(found[0]).toEqual(large);
  });

  it('of groups of one person each is a group of people', async () => {
    const perPerson = 'SELECT n, count(*) AS people FROM (SELECT pid, count(*) AS n FROM visits GROUP BY pid) GROUP BY 1';
    // Eighteen went once; nine and two others differ, and are too few.
    expect(await leaves(perPerson)).toEqual([['1', '18']]);
  });

  it('shows a quantile only with enough people on either side, a fit only with degrees of freedom, and no value of a single row', async () => {
    expect(
      await leaves(
        "SELECT median(cost) AS m, quantile_cont(cost, 0.9) AS q, stddev(cost) IS NULL AS s, max(cost) AS x, list(cost) AS l FROM visits WHERE place = 'a'",
      ),
    ).toEqual([['114.50', null, false, null, null]]);
    expect(await leaves("SELECT median(cost) AS m, stddev(cost) IS NULL AS s FROM visits WHERE place = 'd'")).toEqual([[null, true]]);
    expect(await leaves("SELECT regr_slope(cost, cost) IS NULL AS s FROM visits WHERE place = 'c'")).toEqual([[true]]);
  });

  it.each([
    'sum(cost + 100000000000)',
    'sum(cost - 1000000000000)',
    'avg(2 * cost + 1000000)',
    'sum(cost) FILTER (cost + 0 > 0)',
    'sum(cost + 1000000 * year(day))',
    'sum(cost + 1000000 * flat)',
    'sum(cost + 100000000000000)',
    'sum(cost + spread) - sum(spread)',
    'corr(flat + pad, cost)',
    'regr_slope(cost, flat)',
    'regr_slope(flat, cost)',
    'covar_pop(pad, cost)',
    'sum(CASE WHEN cost > 100 THEN 3 ELSE 2 END)',
    'sum(CASE WHEN cost > 100 THEN 1 ELSE 0 END)',
    'avg(CASE WHEN cost > 100 THEN 0 ELSE 1 END)',
  ])('does not show by one or two of its people what something added to each would hide: %s', async (measure) => {
    expect(await leaves(`SELECT ${measure} AS x FROM bills`)).toEqual([[null]]);
    const even = measure.replaceAll('cost', 'pad');
    if (!measure.includes('00000000000000') && !measure.includes('100'))
      expect(await leaves(`SELECT ${even} IS NULL AS x FROM bills`)).toEqual([[false]]);
  });

  it('is counted once where it stands on both sides of a union, in whatever order their columns tell it, and as the code counts it', async () => {
    for (const [table, fewest] of [
      ['cards22', 'pid'],
      ['cards23', 'card'],
    ] as const) {
      await made(table, ['pid VARCHAR', 'card VARCHAR', 'town VARCHAR']);
      const named = ['pid', 'card'].map((column) => one(column, column === fewest ? 20 : 21));
      identifying.set(
        table,
        named.sort((a, b) => a.values - b.values),
      );
      // North: seven people in both years. South: twelve.
      await connection.run(
        `INSERT INTO ${table} SELECT 'p' || range, 'c' || range, CASE WHEN range < 7 THEN 'north' ELSE 'south' END FROM range(19)`,
      );
    }
    const both = 'SELECT pid, town FROM cards22 UNION ALL SELECT pid, town FROM cards23';
    expect(await leaves(`SELECT town, count(*) FROM (${both}) GROUP BY 1`)).toEqual([['south', '24']]);
    expect(await leaves(`SELECT town, count(*) FROM (${both.replace(' ALL', '')}) GROUP BY 1`)).toEqual([['south', '12']]);
    // One side is told by fewer columns: those that both have still bound how many they are.
    identifying.set('cards23', [one('pid', 20)]);
    expect(await leaves(`SELECT town, count(*) FROM (${both}) GROUP BY 1`)).toEqual([['south', '24']]);
  });

  it('is not chosen by a value that too few have in what it is looked up in; by one’s own rows there it is', async () => {
    await made('homes', ['pid VARCHAR', 'town VARCHAR']);
    identifying.set('homes', [one('pid', 40)]);
    await connection.run(`INSERT INTO homes SELECT 'p' || range, CASE WHEN range % 2 = 0 THEN 'north' ELSE 'south' END FROM range(40)`);
    const towns = (who: string): string =>
      `SELECT town, count(*) FROM homes WHERE town IN (SELECT town FROM homes WHERE ${who}) GROUP BY 1`;
    await made('known', ['pid VARCHAR', 'age BIGINT', 'town VARCHAR']);
    identifying.set('known', [one('pid', 40)]);
    await connection.run(`INSERT INTO known SELECT pid, CASE WHEN pid = 'p4' THEN 97 ELSE 30 END, town FROM homes WHERE town = 'north'`);
    expect(await leaves(towns('1 = 1'))).toEqual([
      ['north', '20'],
      ['south', '20'],
    ]);
    const looked = (who: string, kind = 'IN'): string =>
      `SELECT count(*) FROM homes WHERE town ${kind} (SELECT town FROM known WHERE ${who})`;
    expect(await leaves(looked('age = 30'))).toEqual([['20']]);
    expect(await leaves(looked('age = 97'))).toEqual([[null]]);
    expect(await leaves(looked('age = 97', 'NOT IN'))).toEqual([['40']]);
    expect(await leaves('SELECT count(*) FROM homes WHERE pid IN (SELECT pid FROM known WHERE age = 30)')).toEqual([['19']]);
    expect(await leaves('SELECT count(*) FROM homes WHERE pid IN (SELECT pid FROM known WHERE age = 97)')).toEqual([[null]]);
  });
});
/** Sums of floating point numbers depend on the order in which they are added. */
const rounded = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(9)) : value);
