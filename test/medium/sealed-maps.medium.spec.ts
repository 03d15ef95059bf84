import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Identifier } from '../../libs/coderuns/domain/plan/compile.js';
import { differencesOf } from '#coderuns/contract';
import type { SealedTable } from '#coderuns/contract';
import { SealedRuns, type Ran } from '../support/sealed-runs.js';

const cases = fileURLToPath(new URL('../fixtures/cases/exports/', import.meta.url));
interface Case {
  readonly name: string;
  readonly sql: string;
  readonly second?: string;
}
const read = (file: string): Case[] => JSON.parse(readFileSync(`${cases}${file}`, 'utf8')) as Case[];
const one = (column: string, values: number, isName = false): Identifier => ({ column, values, isName, once: !isName });
const rule = { threshold: 10, dominanceShare: 0.9, pPercent: 10, degreesOfFreedom: 10 };
const text = 'VARCHAR';
const columns = {
  people: {
    ...{ person_id: text, name: text, id_no: text, sex: text, birth: 'DATE', mobile: text, district: text, edu: text },
    ...{ income: 'DECIMAL(12,2)', visits: 'BIGINT', diag: text },
  },
  firms: { firm_id: text, sector: text, turnover: 'DECIMAL(14,2)', staff: 'BIGINT' },
};
let runs: SealedRuns;
beforeAll(async () => {
  const identifying = new Map([
    ['people', [one('name', 14_000, true), one('person_id', 20_000), one('id_no', 20_000), one('mobile', 20_000)]],
    ['firms', [one('firm_id', 3_000)]],
    ['crowd', [one('pid', 150)]],
  ]);
  runs = await SealedRuns.open({ identifying, rule });
  for (const [table, typed] of Object.entries(columns)) {
    const listed = Object.entries(typed).map(([name, type]) => `'${name}': '${type}'`);
    await runs.table(
      table,
      typed,
      `SELECT * FROM read_csv('${cases}${table}.csv', header = true, auto_detect = false, columns = {${listed.join(', ')}})`,
    );
  }
}, 120_000);

const ran = async (sql: string): Promise<Ran> => {
  const found = await runs.run(sql);
  if (typeof found === 'string') throw new Error(found);
  return found;
};
const mapOf = async (sql: string): Promise<SealedTable> => (await ran(sql)).table;
const clean = { small: 0, recomputed: 0, complete: true };

describe('tables of honest code', () => {
  it('tell of nobody by themselves, nor together, but where few people make the difference', async () => {
    const tables: (readonly [string, SealedTable])[] = [];
    for (const { name, sql } of read('honest.json')) tables.push([name.slice(0, 3).trim(), await mapOf(sql)]);
    const telling: string[] = [];
    for (const [at, [name, table]] of tables.entries()) {
      expect([name, differencesOf(table, table, rule.threshold)]).toEqual([name, clean]);
      for (const [other, before] of tables.slice(0, at)) {
        const found = differencesOf(table, before, rule.threshold);
        expect([name, other, found.complete, found.recomputed]).toEqual([name, other, true, 0]);
        if (found.small > 0) telling.push(`${other}, ${name}`);
      }
    }
    expect(telling).toEqual(['17, 18']);
    // Of all who went so often, fewer than ten are of the sex that is not shown.
    const few = await runs.query(
      `SELECT visits FROM (SELECT visits, sex, count(*) AS n FROM people GROUP BY ALL) GROUP BY 1
       HAVING sum(n) >= 10 AND count(*) FILTER (n >= 10) > 0 AND coalesce(sum(n) FILTER (n < 10), 0) BETWEEN 1 AND 9`,
    );
    expect(few.length).toBeGreaterThan(0);
  }, 300_000);

  it('is equal to itself run once more', async () => {
    for (const { sql } of read('honest.json').slice(0, 2)) expect(differencesOf(await mapOf(sql), await mapOf(sql), 10)).toEqual(clean);
  }, 60_000);
});

describe('tables of code that singles people out by what does not identify them', () => {
  const lone = "birth = DATE '1968-05-04'";
  const second: readonly (readonly [string, string])[] = [
    ['columns called otherwise', `SELECT district AS a, count(*) AS b FROM people WHERE NOT (${lone}) GROUP BY 1`],
    ['sums of something computed', `SELECT district, sum(visits * 0 + 1) FROM people WHERE NOT (${lone}) GROUP BY 1`],
    ['a filter of the measure', `SELECT district, count(*) FILTER (NOT (${lone})) FROM people GROUP BY 1`],
    ['a case', `SELECT district, count(CASE WHEN ${lone} THEN NULL ELSE 1 END) FROM people GROUP BY 1`],
    ['finer groups', `SELECT district, sex, count(*) FROM people WHERE NOT (${lone}) GROUP BY ALL`],
    ['distinct people', `SELECT district, count(DISTINCT mobile) FROM people WHERE NOT (${lone}) GROUP BY 1`],
    [
      'a join with itself',
      `SELECT p.district, count(*) FROM people p JOIN people q ON p.person_id = q.person_id WHERE NOT (p.${lone}) GROUP BY 1`,
    ],
    ['the total alone', `SELECT count(*) FROM people WHERE NOT (${lone})`],
    ['rolled up', `SELECT district, edu, count(*) FROM people WHERE NOT (${lone}) GROUP BY ROLLUP (district, edu)`],
    [
      'groups of each of them',
      `SELECT n, count(*) FROM (SELECT person_id, count(*) AS n FROM people WHERE NOT (${lone}) GROUP BY 1) GROUP BY 1`,
    ],
    ['somewhere in a union', `SELECT 'x', count(*) FROM firms UNION ALL SELECT edu, count(*) FROM people WHERE NOT (${lone}) GROUP BY 1`],
  ];
  let plain: SealedTable;
  beforeAll(async () => {
    plain = await mapOf('SELECT district, edu, sex, count(*) FROM people GROUP BY CUBE (1, 2, 3)');
  }, 60_000);
  it.each(second)('tell of somebody together with a plain table: %s', async (_, sql) => {
    expect(differencesOf(await mapOf(sql), plain, 10).small).toBeGreaterThan(0);
  });
});

describe('what is shown of generated people', () => {
  it('differs by few exactly where their rows do', async () => {
    let telling = 0;
    await fc.assert(
      fc.asyncProperty(peopleOf, query, query, async (people, first, second) => {
        await runs.table('crowd', crowdColumns, `VALUES ${people.map(sqlOf).join(', ')}`);
        const [one, other] = [await ran(first.sql), await ran(second.sql)];
        const [own, others] = [shownOf(people, first, one.rows), shownOf(people, second, other.rows)];
        const few = own.some((a) => others.some((b) => a.of === b.of && isFew(a.rows, b.rows)));
        expect(differencesOf(other.table, one.table, 10).small > 0).toBe(few);
        if (few) telling += 1;
      }),
      { numRuns: 15, endOnFailure: true },
    );
    expect(telling).toBeGreaterThan(0);
  }, 300_000);
});

describe('a table with totals, or with several measures', () => {
  it('gives away by itself nobody whom it leaves out', async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(
        peopleOf,
        fc.constantFrom('CUBE (a, b, d)', 'ROLLUP (a, b, d)', 'GROUPING SETS ((a, b), (b, d), (a))', 'GROUPING SETS ((a), (b), (d))'),
        fc.constantFrom('count(*)', 'sum(v)', 'sum(w)'),
        condition,
        async (people, by, of, where) => {
          await runs.table('crowd', crowdColumns, `VALUES ${people.map(sqlOf).join(', ')}`);
          const found = await ran(`SELECT a, b, c // 20 AS d, ${of} AS x FROM crowd WHERE ${conditionText(where)} GROUP BY ${by}`);
          if (typeof found === 'string') throw new Error(found);
          expect(differencesOf(found.table, found.table, 10)).toEqual(clean);
          left += found.rows.filter(([, , , x]) => x === null).length;
        },
      ),
      // A smaller example would take minutes to find.
      { numRuns: 20, endOnFailure: true },
    );
    expect(left).toBeGreaterThan(0);
  }, 300_000);

  it('has its finest groups alone where two totals differ by few people, and says how many totals it lost', async () => {
    // Of a = 1 and of b = 0 are the same people but for one and three.
    const sizes = [
      [1, 0, 39],
      [1, 1, 1],
      [0, 0, 3],
      [0, 1, 50],
    ] as const;
    const rows = sizes.flatMap(([a, b, many]) => Array.from({ length: many }, () => ({ a, b, c: 0, v: 1 })));
    await runs.table('crowd', crowdColumns, `VALUES ${rows.map(sqlOf).join(', ')}`);
    const { rows: shown, finest, held, table } = await ran('SELECT a, b, count(*) FROM crowd GROUP BY CUBE (a, b)');
    expect([shown, finest, differencesOf(table, table, 10)]).toEqual([
      [
        [0, 1, '50'],
        [1, 0, '39'],
      ].map((row) => row.map(String)),
      true,
      clean,
    ]);
    expect(held).toEqual([{ node: 0, groups: 2, few: 0, dominated: 0, differing: 0, totals: 5 }]);
  }, 60_000);

  it('says how much of it was held back, and why', async () => {
    const rows = Array.from({ length: 80 }, (_, at) => ({
      a: at < 3 ? 2 : at % 2,
      b: 0,
      c: at % 20 === 7 ? 1 : 0,
      v: at === 5 ? 100_000 : 1,
    }));
    await runs.table('crowd', crowdColumns, `VALUES ${rows.map(sqlOf).join(', ')}`);
    const { held } = await ran('SELECT a, count(*), count(*) FILTER (c = 0), sum(v) FROM crowd GROUP BY ROLLUP (a)');
    // Three people are the third group; four make the difference of the filter; one has most of the sum; beside the third group one count is left out.
    expect(held).toEqual([{ node: 0, groups: 1, few: 0, dominated: 2, differing: 2, totals: 1 }]);
  }, 60_000);

  it('leaves out of two cells of a group the later one where few people make the difference', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => ({ a: at % 2, b: 0, c: at < 4 ? 30 : 0, v: at < 4 ? 0 : 60 + at }));
    await runs.table('crowd', crowdColumns, `VALUES ${rows.map(sqlOf).join(', ')}`);
    const shown = async (measures: string): Promise<unknown> => {
      const found = await runs.run(`SELECT ${measures} FROM crowd`);
      return typeof found === 'string' ? found : found.rows[0];
    };
    const few = 'FILTER (c < 10)';
    expect(await shown(`count(*), count(*) ${few}`)).toEqual(['60', null]);
    expect(await shown(`count(*) ${few}, count(*)`)).toEqual(['56', null]);
    expect(await shown(`sum(v), sum(v) ${few}`)).toEqual([expect.any(String), null]);
    expect(await shown(`count(*), sum(CASE WHEN c < 10 THEN 1 END)`)).toEqual(['60', null]);
    expect(await shown(`sum(v) - sum(v) ${few} AS x`)).toEqual([null]);
    // A whole and all parts but one that is too small to be shown.
    expect(await shown(`count(*), count(*) FILTER (a = 0 AND c = 0), count(*) FILTER (a = 1 AND c = 0)`)).toEqual(['60', '28', null]);
    expect(await shown(`count(*), count(*) FILTER (a = 0), count(*) FILTER (a = 1)`)).toEqual(['60', '30', '30']);
  }, 60_000);
});

interface Crowd {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly v: number;
}
interface Query {
  readonly sql: string;
  readonly keys: readonly Key[];
  readonly where: Condition;
  readonly filter: Condition;
  readonly of: string;
}
type Key = 'a' | 'b';
interface Condition {
  readonly column: 'a' | 'b' | 'c';
  readonly above: number;
}
const crowdColumns = { pid: text, a: 'BIGINT', b: 'BIGINT', c: 'BIGINT', v: 'BIGINT', w: 'BIGINT' };
const small = (max: number) => fc.integer({ min: 0, max });
const peopleOf = fc.array(fc.record({ a: small(1), b: small(2), c: small(40), v: fc.integer({ min: 50, max: 99 }) }), {
  minLength: 60,
  maxLength: 150,
});
const sqlOf = ({ a, b, c, v }: Crowd, at: number): string => `('p${String(at)}', ${[a, b, c, v, at % 40 === 3 ? 100_000 : v].join(', ')})`;
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ column: fc.constant('c' as const), above: fc.integer({ min: -1, max: 8 }) }),
  fc.record({ column: fc.constantFrom('a' as const, 'b' as const), above: fc.integer({ min: -1, max: 0 }) }),
);
const holds = ({ column, above }: Condition, row: Crowd): boolean => row[column] > above;
const conditionText = ({ column, above }: Condition): string => `${column} > ${String(above)}`;
const query: fc.Arbitrary<Query> = fc
  .record({
    keys: fc.constantFrom<readonly Key[]>([], ['a'], ['b'], ['a', 'b']),
    how: fc.constantFrom('plain' as const, 'rollup' as const),
    of: fc.constantFrom('count(*)', 'sum(v)', 'avg(v)'),
    where: condition,
    filter: condition,
  })
  .map(({ keys, how, of, where, filter }) => {
    const by = keys.length === 0 ? '' : ` GROUP BY ${how === 'rollup' ? `ROLLUP (${keys.join(', ')})` : keys.join(', ')}`;
    const listed = [...keys, `${of} FILTER (${conditionText(filter)}) AS x`].join(', ');
    const sql = `SELECT ${listed} FROM crowd WHERE ${conditionText(where)}${by}`;
    return { sql, keys, where, filter, of: of === 'count(*)' ? 'count' : 'v' };
  });

/** Cells that a result shows, and what they add up to over each choice of their keys, as lists of people. */
function shownOf(people: readonly Crowd[], { keys, where, filter, of }: Query, result: readonly unknown[][]) {
  const numbered = people.map((row, at) => ({ ...row, at })).filter((row) => holds(where, row) && holds(filter, row));
  const shown = result.filter((row) => row.at(-1) !== null);
  // In totals a key is missing.
  const levels = Map.groupBy(shown, (row) => keys.filter((_, at) => row[at] !== null).join());
  return [...levels].flatMap(([level, rows]) => {
    const set = keys.filter((key) => level.split(',').includes(key));
    const cells = rows.map((row) => numbered.filter((one) => set.every((key) => String(one[key]) === String(row[keys.indexOf(key)]))));
    const margins = Array.from({ length: 2 ** set.length }, (_, bits) => set.filter((__, at) => ((bits >> at) & 1) === 1));
    return margins.flatMap((kept) =>
      [...Map.groupBy(cells, ([first]) => kept.map((key) => first?.[key]).join()).values()].map((parts) => ({
        of,
        rows: new Set(parts.flat().map(({ at }) => at)),
      })),
    );
  });
}
function isFew(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  const apart = [...one].filter((at) => !other.has(at)).length + [...other].filter((at) => !one.has(at)).length;
  return apart >= 1 && apart < 10;
}
