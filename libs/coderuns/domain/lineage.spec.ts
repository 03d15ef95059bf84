import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineageOf, TooMuchWork, Work } from './lineage.js';
import { node, nodes, sizeOf, type Node } from './syntax-tree.js';

const inputs = new Map([
  ['residents', ['id', 'name', 'county', 'born', 'income']],
  ['jobs', ['id', 'employer']],
]);
let parse: (sql: string) => Promise<Node>;
beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  parse = async (sql) => {
    const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
    const tree = JSON.parse(String(reader.getRows()[0]?.[0])) as Node;
    return node(nodes(tree['statements'])[0]?.['node']) ?? {};
  };
});
/** One word a column: `raw`, `key` or `blended`, and what it derives from. */
const read = async (sql: string): Promise<string[] | undefined> =>
  lineageOf(await parse(sql), inputs)?.map(({ raw, grouped, sources }) =>
    `${raw ? (grouped ? 'key' : 'raw') : 'blended'} ${sources
      .map((s) => `${s.table}.${s.column}`)
      .sort()
      .join('+')}`.trim(),
  );
const everything = 'raw jobs.employer+jobs.id+residents.born+residents.county+residents.id+residents.income+residents.name';

describe('lineage of a SELECT', () => {
  it.each([
    [
      'SELECT county, count(*) AS n, avg(income) FROM residents GROUP BY county',
      ['key residents.county', 'blended', 'blended residents.income'],
    ],
    [
      'SELECT county, year(born) AS y, sum(income) / count(*) FROM residents GROUP BY ALL',
      ['key residents.county', 'key residents.born', 'blended residents.income'],
    ],
    ['SELECT upper(county), count(DISTINCT name) FROM residents r GROUP BY county', ['key residents.county', 'blended residents.name']],
    [
      'SELECT year(r.born) AS y, count(*) FILTER (WHERE income > 5) FROM residents r GROUP BY 1',
      ['key residents.born', 'blended residents.income'],
    ],
    [
      'WITH a AS (SELECT county c, count(*) n FROM residents GROUP BY 1) SELECT c, n * 1.0 / sum(n) OVER () FROM a ORDER BY n',
      ['key residents.county', 'blended'],
    ],
    [
      'SELECT j.employer, avg(r.income) FROM residents r JOIN jobs j ON r.id = j.id GROUP BY j.employer',
      ['key jobs.employer', 'blended residents.income'],
    ],
  ])('knows what is blended over groups and what is a key of them: %s', async (sql, expected) => {
    expect(await read(sql)).toEqual(expected);
  });

  it.each([
    [
      'SELECT * FROM residents',
      ['raw residents.id', 'raw residents.name', 'raw residents.county', 'raw residents.born', 'raw residents.income'],
    ],
    [
      'SELECT r.* EXCLUDE (id, born), 1 FROM residents r',
      ['raw residents.name', 'raw residents.county', 'raw residents.income', 'blended'],
    ],
    ['SELECT DISTINCT name FROM residents', ['raw residents.name']],
    [
      'SELECT md5(name), income + 1, CAST(id AS VARCHAR), CASE WHEN income > 5 THEN born END FROM residents',
      ['raw residents.name', 'raw residents.income', 'raw residents.id', 'raw residents.born+residents.income'],
    ],
    [
      'SELECT county, max(income), list(name), string_agg(id) FROM residents GROUP BY county',
      ['key residents.county', 'raw residents.income', 'raw residents.name', 'raw residents.id'],
    ],
    ['SELECT sum(income) OVER (PARTITION BY id) FROM residents', ['raw residents.id+residents.income']],
    ['SELECT (SELECT max(employer) FROM jobs) FROM residents', ['raw jobs.employer']],
    ['SELECT name FROM residents UNION ALL SELECT employer FROM jobs', ['raw jobs.employer+residents.name']],
    ['SELECT count(*) + min(income) FROM residents', ['raw residents.income']],
  ])('calls raw what one row can be read from: %s', async (sql, expected) => {
    expect(await read(sql)).toEqual(expected);
  });

  it('takes what it does not understand for every column of every input', async () => {
    expect(await read('SELECT residents FROM residents, jobs')).toEqual([everything]);
    expect(await read('SELECT list_transform([name], x -> x || id) FROM residents')).toEqual([everything]);
    expect(await read('SELECT x FROM unknown_table')).toEqual([everything]);
    expect(await read('WITH RECURSIVE t(n) AS (SELECT income FROM residents UNION ALL SELECT n + 1 FROM t) SELECT n FROM t')).toEqual([
      everything,
    ]);
    expect(await read('SELECT * FROM unknown_table')).toBeUndefined();
    expect(await read('SELECT COLUMNS(*) FROM residents')).toBeUndefined();
  });
});

/** Nestings of one kind to a depth: each is a way in which a part stands in a part of itself. */
const nestings: Readonly<Record<string, (inner: string) => string>> = {
  windows: (inner) => `sum(${inner}) OVER ()`,
  'windows over partitions': (inner) => `first_value(${inner}) OVER (PARTITION BY ${inner.length > 200 ? 'id' : inner} ORDER BY county)`,
  calls: (inner) => `abs(${inner})`,
  aggregates: (inner) => `max(${inner})`,
  sums: (inner) => `(${inner} + income)`,
  cases: (inner) => `CASE WHEN id > 1 THEN ${inner} ELSE income END`,
  'scalar subqueries': (inner) => `(SELECT ${inner} FROM residents)`,
};
const derivedTables = (depth: number): string =>
  Array.from({ length: depth }).reduce<string>(
    (inner) => `SELECT *, income AS x FROM (${inner}) AS t GROUP BY ALL`,
    'SELECT * FROM residents',
  );
const commonTables = (depth: number): string =>
  `WITH ${Array.from({ length: depth }, (_, i) => `c${String(i)} AS (SELECT a.* FROM ${i === 0 ? 'residents' : `c${String(i - 1)}`} a JOIN ${i === 0 ? 'residents' : `c${String(i - 1)}`} b ON true)`).join(', ')} SELECT * FROM c${String(depth - 1)}`;
const workOf = async (sql: string, limit = Number.MAX_SAFE_INTEGER): Promise<{ visits: number; steps: number; nodes: number }> => {
  const tree = await parse(sql);
  const work = new Work(limit);
  lineageOf(tree, inputs, work);
  return { visits: work.visits, steps: work.steps, nodes: sizeOf(tree).nodes };
};

describe('the work of reading lineage', () => {
  it('visits no node of any nesting more than once: it grows with the size of the code and not with its depth', async () => {
    const kinds = Object.keys(nestings);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 40 }), fc.boolean(), async (chosen, grouped) => {
        const value = chosen.reduce((inner, kind) => nestings[kind]?.(inner) ?? inner, 'income');
        const { visits, nodes: size } = await workOf(`SELECT ${value} AS v FROM residents ${grouped ? 'GROUP BY ALL' : ''}`);
        expect(visits).toBeLessThanOrEqual(size);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['derived tables', derivedTables],
    ['common tables', commonTables],
    ...Object.entries(nestings).map(
      ([kind, nest]) =>
        [
          kind,
          (depth: number) => `SELECT ${Array.from({ length: depth }).reduce<string>(nest, 'income')} AS v FROM residents GROUP BY ALL`,
        ] as const,
    ),
  ] as const)('grows at most in proportion for %s of growing depth', async (kind, made) => {
    const [small, large] = [await workOf(made(10)), await workOf(made(40))];
    const perNode = (of: typeof small): number => of.visits / of.nodes;
    expect([kind, perNode(large) <= perNode(small) * 1.5]).toEqual([kind, true]);
    expect(large.steps / large.nodes).toBeLessThanOrEqual((small.steps / small.nodes) * 6); // a name is looked up through its scopes
  });

  it('ends at its limit', async () => {
    await expect(workOf(derivedTables(30), 100)).rejects.toBeInstanceOf(TooMuchWork);
  });
});
