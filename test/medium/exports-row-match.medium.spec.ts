import fc from 'fast-check';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { normalFormMacros } from '#kernel';
import { SandboxEngine, ScratchArea, type Scratch } from '#platform/engine';
import { PlainTableFile } from '../../libs/exports/application/plain-table-file.js';
import { measureRowMatch } from '../../libs/exports/application/row-match-measure.js';
import { defaultExportPolicy } from '../../libs/exports/domain/policy.js';
import { judge, type SourceMeasure } from '../../libs/exports/domain/row-match.js';

const root = `/dev/shm/opdomain-row-match-test-${String(process.pid)}`;
const engine = await SandboxEngine.open({
  sandbox: 'preferred',
  sandboxUid: 60_700,
  memoryMb: 1024,
  threads: 2,
  wallClockMs: 120_000,
  scratchBytes: 500_000_000,
});
const policy = defaultExportPolicy.rowMatch;
let scratch: Scratch;

type Row = readonly string[];
const columns = ['record_no', 'name', 'gender', 'birth_date', 'district', 'income', 'household'];
const districts = ['上城区', '拱墅区', '西湖区', '滨江区', '萧山区', '余杭区', '临平区', '钱塘区'];

/** A generator that always gives the same: residents whose incomes fill their range densely, as counts do. */
function residents(count: number): Row[] {
  let state = 42;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  const family = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨';
  const given = '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英';
  const pick = (from: string): string => from[next(from.length)] ?? '';
  return Array.from({ length: count }, (_, index) => [
    `R-${String(7 * index + 100_000).padStart(9, '0')}`,
    pick(family) + pick(given) + pick(given),
    next(2) === 0 ? '男' : '女',
    `${String(1940 + next(70))}-${String(1 + next(12)).padStart(2, '0')}-${String(1 + next(28)).padStart(2, '0')}`,
    districts[next(districts.length)] ?? '',
    String(1000 + next(6000)),
    String(1 + next(6)),
  ]);
}
const raw = residents(20_000);

async function compare(names: readonly string[], rows: readonly Row[]): Promise<SourceMeasure> {
  const file = new PlainTableFile(scratch.file('export.csv'));
  for (const row of rows) file.row(row);
  file.close();
  const source = { file: 'source.parquet', columns, datasetId: 'd', copyId: 'c', kind: 'raw' } as const;
  return measureRowMatch(engine, scratch, { exported: { file: 'export.csv', columns: names, rows: rows.length }, source }, policy);
}
const answers = (rows: number, measure: SourceMeasure): string[] => measure.projections.map((one) => judge(rows, one, policy).answer);
const project = (rows: readonly Row[], ...indexes: number[]): Row[] => rows.map((row) => indexes.map((index) => row[index] ?? ''));

beforeAll(async () => {
  scratch = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner }).allocate(200_000_000);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE TABLE t (${columns.map((name) => `${name} VARCHAR`).join(', ')})`);
  const appender = await connection.createAppender('t');
  for (const row of raw) {
    for (const cell of row) appender.appendVarchar(cell);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(
    `COPY (SELECT * REPLACE (birth_date::DATE AS birth_date, income::INTEGER AS income, household::TINYINT AS household) FROM t) TO '${scratch.file('source.parquet')}' (FORMAT parquet, USE_TMP_FILE false)`,
  );
  connection.closeSync();
});
afterAll(() => {
  scratch.dispose();
  rmSync(root, { recursive: true, force: true });
});

describe('normalisation', () => {
  it('reads spellings of one value as one', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(normalFormMacros());
    const same = async (...values: string[]): Promise<number> => {
      const list = values.map((value) => `(normal_value('${value.replaceAll("'", "''")}'))`).join(', ');
      return (await connection.runAndReadAll(`SELECT DISTINCT v FROM (VALUES ${list}) t(v)`)).getRows().length;
    };
    expect(await same('12.5', '012.50', '＋１２.5', ' 12.500 ')).toBe(1);
    expect(await same('2020-01-05', '2020/1/5', '2020年1月5日', '２０２０.01.05', '2020-01-05 00:00:00')).toBe(1);
    expect(await same('Zhang  San', 'zhang san', 'ＺＨＡＮＧ　ＳＡＮ')).toBe(1);
    expect(await same('100', '10', '1000', '1', '0')).toBe(5);
    expect(await same('-5', '5')).toBe(2);
    connection.closeSync();
  });
});

describe('row match', () => {
  it('finds raw rows whatever the columns are called, in which order and spelling [EXP-02]', async () => {
    const rows = project(raw.slice(100, 600), 4, 3, 1).map(([district = '', birth = '', name = '']) => [
      district,
      birth.replaceAll('-', '/'),
      ` ${name} `,
    ]);
    const measure = await compare(['x', 'y', 'z'], rows);
    expect(measure.rows).toBe(20_000);
    expect(answers(rows.length, measure)).toContain('veto');
  });

  it('finds a projection of raw rows beside new columns [EXP-02]', async () => {
    const rows = project(raw.slice(0, 400), 3, 4, 5).map((row, index) => [...row, `score ${String((index * 37) % 101)}`]);
    expect(answers(rows.length, await compare(['born', 'where', 'money', 'score'], rows))).toContain('veto');
  });

  it('finds a few raw rows among many invented ones [EXP-02]', async () => {
    const invented = Array.from({ length: 4000 }, (_, index) => [
      `${String(1950 + (index % 50))}-0${String(1 + (index % 9))}-1${String(index % 10)}`,
      districts[index % 8] ?? '',
      String(9000 + index),
    ]);
    const rows = [...invented.slice(0, 2000), ...project(raw.slice(50, 90), 3, 4, 5), ...invented.slice(2000)];
    expect(answers(rows.length, await compare(['a', 'b', 'c'], rows))).toContain('veto');
  });

  it('finds five copied rows and a list of record numbers [EXP-02]', async () => {
    expect(answers(5, await compare(columns, raw.slice(7, 12)))).toContain('veto');
    expect(answers(300, await compare(['n'], project(raw.slice(0, 300), 0)))).toContain('veto');
  });

  it('finds a column that stands one-to-one beside a raw one under other values [EXP-03]', async () => {
    const codes = new Map(raw.map((row, index) => [row[3], `code ${String(index * 7919)}`] as const));
    const rows = raw.map((row) => [codes.get(row[3]) ?? '', 'kept']);
    expect((await compare(['birth_code', 'note'], rows)).bijections).toEqual([{ column: 'birth_code', sourceColumn: 'birth_date' }]);
  });

  it('finds a recoded column where a few rows are missing, invented or of another code, in any order [EXP-03]', async () => {
    const changes = fc.record({
      gone: fc.integer({ min: 0, max: 200 }),
      other: fc.integer({ min: 0, max: 400 }),
      by: fc.constantFrom(7919, 104729),
    });
    await fc.assert(
      fc.asyncProperty(changes, async ({ gone, other, by }) => {
        const rows = raw
          .slice(gone)
          .map((row, at) => [at < other ? `o${String(at % 60)}` : `code ${row[3] ?? ''}`.replaceAll('-', String(by)), 'kept']);
        rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
        expect((await compare(['birth_code', 'note'], rows)).bijections).toEqual([{ column: 'birth_code', sourceColumn: 'birth_date' }]);
      }),
      { numRuns: 6 },
    );
  }, 120_000);

  it('takes coarse categories, row numbers and figures of as many rows for no recoding', async () => {
    const rows = raw
      .slice(100)
      .map((row, at) => [`n${String(at)}`, String((at * 37) % 9), String(at % 71), String(((at * 7919) % 100_003) / 7), 'x']);
    expect((await compare(['n', 'band', 'week', 'mean', 'note'], rows)).bijections).toEqual([]);
  });

  it('lets a table of counts pass, although its counts happen to be incomes that occur [EXP-02]', async () => {
    const groups = new Map<string, number>();
    for (const row of raw) {
      const key = `${row[4] ?? ''}|${row[2] ?? ''}|${(row[3] ?? '').slice(0, 3)}0s`;
      groups.set(key, (groups.get(key) ?? 0) + 1);
    }
    const rows = [...groups].map(([key, count]) => [...key.split('|'), String(count * 6)]);
    const measure = await compare(['district', 'gender', 'decade', 'count'], rows);
    expect(rows.length).toBeGreaterThan(100);
    expect(answers(rows.length, measure).filter((answer) => answer !== 'pass')).toEqual([]);
    const short = rows.slice(0, 12);
    expect(answers(12, await compare(['district', 'gender', 'decade', 'count'], short)).filter((answer) => answer !== 'pass')).toEqual([]);
  });
});
