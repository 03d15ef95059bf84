import { normalFormMacros, Refusal } from '#kernel';
import type { ReleaseRule } from '#datasets/contract';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listedFor } from './functions.js';
import { identifiersOf, isList, looked, measureSql, releasesOf, type Declared } from './identify.js';
import { exactly, type Bound } from './json.js';
import { protect, type Protected } from './protect.js';
import { readPlan } from './read.js';
import { threeDigits } from './sql-text.js';

const rule = { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 };
const column = (name: string, type: string, release: ReleaseRule = 'aggregate'): Declared => ({
  column: name,
  type,
  sensitiveType: null,
  release,
});
const person = { column: 'person_no', type: 'VARCHAR', sensitiveType: 'medical-record-number' };
const tables = (codes: ReleaseRule, income: ReleaseRule) =>
  new Map<string, readonly Declared[]>([
    ['codes', [column('code', 'VARCHAR', codes), column('label', 'VARCHAR', codes)]],
    ['people', [person, column('code', 'VARCHAR'), column('income', 'DECIMAL(12,2)', income), column('visits', 'BIGINT', income)]],
  ]);

let connection: DuckDBConnection;
const rowsOf = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`${normalFormMacros()}\n${threeDigits}`);
  await connection.run(`CREATE TABLE codes AS SELECT 'c' || x AS code, '街道' || x AS label FROM range(40) t(x);
    CREATE TABLE people AS SELECT 'P' || x AS person_no, 'c' || (x % 25) AS code, CAST(1234.56 + (hash(x) % 900000) / 100.0 AS DECIMAL(12,2)) AS income,
      CAST(hash(x + 1) % 97 AS BIGINT) AS visits FROM range(2000) t(x);`);
});

/** As a run does it: what identifies is measured, except in lists. */
async function protectedOf(sql: string, declared: ReadonlyMap<string, readonly Declared[]>): Promise<Protected> {
  const answer = exactly(String((await connection.runAndReadAll('SELECT json_serialize_plan($1::VARCHAR)', [sql])).getRows()[0]?.[0])) as {
    plans: Bound[];
  };
  const inputs = new Map([...declared].map(([table, columns]) => [table, columns.map((one) => one.column)]));
  const names = (await connection.runAndReadAll(sql)).columnNames();
  const identifying = new Map<string, ReturnType<typeof identifiersOf>>();
  for (const [table, columns] of declared) {
    const [figures = []] = await rowsOf(measureSql(table, looked(columns)));
    identifying.set(table, identifiersOf(looked(columns), figures.map(Number)));
  }
  return protect(readPlan(answer.plans[0] as Bound, inputs, listedFor), names, { identifying, rule, releases: releasesOf(declared) });
}
const leaves = async (sql: string, codes: ReleaseRule, income: ReleaseRule = 'aggregate'): Promise<unknown> => {
  try {
    const made = await protectedOf(sql, tables(codes, income));
    return made.sql === undefined ? made.grain : await rowsOf(made.sql);
  } catch (fault) {
    if (fault instanceof Refusal) return fault.code;
    throw fault;
  }
};

describe('a list that anybody may have', () => {
  it('leaves as it stands, whatever the number of its rows, and not while it is one for its provider alone', async () => {
    const whole = 'SELECT code, label FROM codes';
    expect(await leaves(whole, 'public')).toHaveLength(40);
    expect(await leaves(`${whole} WHERE code IN ('c1', 'c2')`, 'public')).toHaveLength(2);
    expect(await leaves(whole, 'aggregate')).toBe('rows');
    const half = new Map([['codes', [column('code', 'VARCHAR', 'public'), column('label', 'VARCHAR')]]]);
    expect(isList(half.get('codes') ?? [])).toBe(false);
    expect((await protectedOf(whole, half)).grain).toBe('rows');
  });

  it('names the groups of others, each of which is let through as without it, and leads to no single row of them', async () => {
    const labelled = 'SELECT label, count(*) AS n FROM people JOIN codes USING (code) GROUP BY label';
    expect(await leaves(labelled, 'public')).toHaveLength(25);
    expect(await leaves(`${labelled} HAVING label < '街道2'`, 'public')).not.toBe('rows');
    const few = `SELECT label, count(*) AS n FROM people JOIN codes USING (code) WHERE visits = 3 AND income < 3000 GROUP BY label`;
    expect(await leaves(few, 'public')).toEqual([]);
    expect(await leaves('SELECT person_no, label FROM people JOIN codes USING (code)', 'public')).toBe('rows');
    expect(await leaves('SELECT label, income FROM codes LEFT JOIN people USING (code)', 'public')).toBe('rows');
    expect(await leaves('SELECT count(*) AS n FROM people JOIN codes ON people.person_no = codes.label', 'public')).toBe(
      'coderuns.identifier-compared',
    );
  });
});

const digitsOf = (value: unknown): number =>
  String(value)
    .replace(/^-?0*\.?0*|\.|-/g, '')
    .replace(/0+$/, '').length;

describe('a field of which figures leave rounded', () => {
  const measures = [
    'sum(income)',
    'avg(income)',
    'median(income)',
    'sum(income * 2 + visits)',
    'stddev_samp(visits)',
    'sum(CASE WHEN visits > 3 THEN income END)',
  ];
  const keys = ['code', 'length(code)', "code || 'x'", 'visits // 20'];
  it('is in none of them to more than three digits, however it is computed, and is right in those', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...keys), fc.subarray(measures, { minLength: 1 }), async (key, some) => {
        const sql = `SELECT ${key} AS k, ${some.map((one, at) => `${one} AS m${String(at)}`).join(', ')} FROM people GROUP BY ALL`;
        const [found, exact] = [await leaves(sql, 'public', 'rounded'), await leaves(sql, 'public', 'aggregate')] as unknown[][][];
        expect(found).toHaveLength(exact?.length ?? -1);
        for (const [at, row] of (found ?? []).entries())
          for (const [place, value] of row.slice(1).entries()) {
            const whole = exact?.[at]?.[place + 1];
            expect(value === null).toBe(whole === null);
            if (value === null) continue;
            expect(digitsOf(value)).toBeLessThanOrEqual(3);
            expect(Math.abs(Number(value) / Number(whole) - 1)).toBeLessThanOrEqual(0.0051);
          }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is rounded before it is computed with, is counted exactly, and is no key of groups', async () => {
    const total = 'SELECT code, sum(income) AS s FROM people GROUP BY code';
    const twice = (await leaves(`SELECT code, s * 2 + 1 AS t FROM (${total})`, 'public', 'rounded')) as string[][];
    for (const [, value] of twice) expect(digitsOf((Number(value) - 1) / 2)).toBeLessThanOrEqual(3);
    expect(await leaves('SELECT count(income) AS n FROM people', 'public', 'rounded')).toEqual([['2000']]);
    expect(await leaves('SELECT visits, count(*) AS n FROM people GROUP BY visits', 'public', 'rounded')).toBe('coderuns.rounded-key');
    expect(await leaves('SELECT DISTINCT visits FROM people', 'public', 'rounded')).toBe('coderuns.rounded-key');
  });

  it('has three digits of any number of any magnitude', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -999_999, max: 999_999 }), fc.integer({ min: -6, max: 20 }), async (mantissa, e) => {
        const [[value]] = (await rowsOf(`SELECT three_digits(${String(mantissa)}e${String(e)}::DOUBLE)`)) as [[number]];
        const wanted = Number((mantissa * 10 ** e).toPrecision(3));
        expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.abs(wanted) * 0.0101 + 1e-11);
      }),
    );
  });
});
