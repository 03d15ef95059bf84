import { SandboxEngine, ScratchArea, type EngineInput, type EngineStep, type Scratch } from '#platform/engine';
import type { RunScratch } from '#runs';
import { DuckDBInstance } from '@duckdb/node-api';
import { randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeReading } from '../../libs/coderuns/application/code-reading.js';
import { tablesOf, type ReadableInput } from '../../libs/coderuns/application/input-gate.js';
import { SqlRunner } from '../../libs/coderuns/application/sql-runner.js';
import { protectedRun } from '../../libs/coderuns/application/protected-run.js';
import { coderunsConfig } from '../../libs/coderuns/config.js';
import { figure, machine, type Row, type Say, type SuiteReport } from './report.js';

const columns = [
  { column: 'person_id', type: 'VARCHAR', sensitiveType: 'account-number', sql: `'R' || lpad(CAST(range AS VARCHAR), 7, '0')` },
  { column: 'name', type: 'VARCHAR', sensitiveType: 'name', sql: `chr(20000 + (hash(range) % 300)::INTEGER) || chr(20500 + (hash(range + 1) % 2000)::INTEGER) || CASE WHEN hash(range) % 3 = 0 THEN '' ELSE chr(21500 + (hash(range + 2) % 500)::INTEGER) END` },
  { column: 'id_no', type: 'VARCHAR', sensitiveType: 'resident-id', sql: `CAST(110000 + hash(range + 3) % 500000 AS VARCHAR) || strftime(DATE '1940-01-01' + (hash(range + 4) % 25000)::INTEGER, '%Y%m%d') || lpad(CAST(range % 1000 AS VARCHAR), 3, '0') || 'X'` },
  { column: 'mobile', type: 'VARCHAR', sensitiveType: 'mobile', sql: `'1' || CAST(30 + hash(range + 5) % 70 AS VARCHAR) || lpad(CAST((range * 7919) % 100000000 AS VARCHAR), 8, '0')` },
  { column: 'sex', type: 'VARCHAR', sensitiveType: null, sql: `CASE WHEN range % 2 = 0 THEN '男' ELSE '女' END` },
  { column: 'district', type: 'VARCHAR', sensitiveType: null, sql: `'第' || CAST(hash(range + 6) % 90 AS VARCHAR) || '区'` },
  { column: 'edu', type: 'VARCHAR', sensitiveType: null, sql: `'e' || CAST(hash(range + 7) % 6 AS VARCHAR)` },
  { column: 'diag', type: 'VARCHAR', sensitiveType: null, sql: `'g' || CAST(hash(range + 8) % 50 AS VARCHAR)` },
  { column: 'birth', type: 'DATE', sensitiveType: null, sql: `DATE '1940-01-01' + (hash(range + 4) % 25000)::INTEGER` },
  { column: 'income', type: 'DECIMAL(12,2)', sensitiveType: null, sql: `CAST(1000 + (hash(range + 9) % 1000000) / 100.0 AS DECIMAL(12,2))` },
  { column: 'visits', type: 'BIGINT', sensitiveType: null, sql: `CAST(hash(range + 10) % 40 AS BIGINT)` },
  { column: 'paid', type: 'BIGINT', sensitiveType: null, sql: `CAST(hash(range + 11) % 100000 AS BIGINT)` },
  { column: 'seen', type: 'TIMESTAMP', sensitiveType: null, sql: `TIMESTAMP '2020-01-01' + to_seconds(CAST(hash(range + 12) % 100000000 AS BIGINT))` },
] as const; // prettier-ignore

const queries = {
  'group by two keys': 'SELECT district, edu, count(*) AS people, avg(income) AS mean_income FROM people GROUP BY ALL',
  'join on the resident ID': 'SELECT a.district, count(*) AS people, avg(b.income) AS mean_income FROM people a JOIN people b ON a.id_no = b.id_no GROUP BY 1',
  'quantiles by district': 'SELECT district, quantile_cont(income, [0.1, 0.5, 0.9]) AS q FROM people GROUP BY 1',
  'regression by sex': 'SELECT sex, count(*) AS people, regr_slope(income, visits) AS slope, corr(income, paid) AS r FROM people GROUP BY 1',
  'filter, distinct people': 'SELECT year(birth) AS born, count(DISTINCT person_id) AS people, sum(paid) AS paid FROM people WHERE visits > 3 GROUP BY 1',
} as const; // prettier-ignore
const times = 3;

/** What a run with its evidence costs against the same query in the same engine without any. */
export async function benchCodeRun(say: Say, { rows: many }: { readonly rows: number }): Promise<SuiteReport> {
  const machineNow = machine();
  const folder = mkdtempSync(join(tmpdir(), 'opdomain-bench-'));
  const file = join(folder, 'people.parquet');
  const root = `/dev/shm/opdomain-bench-${String(process.pid)}`;
  const limits = { memoryMb: 3072, threads: 2, wallClockMs: 600_000, scratchBytes: 4_000_000_000 };
  const engine = await SandboxEngine.open({ sandbox: 'preferred', sandboxUid: 60_700, ...limits });
  const area = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner });
  try {
    say(`making ${String(many)} rows × ${String(columns.length)} columns`);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const made = columns.map(({ column, sql }) => `${sql} AS ${column}`).join(', ');
    await connection.run(`COPY (SELECT ${made} FROM range(${String(many)})) TO '${file}' (FORMAT parquet, COMPRESSION zstd)`);
    connection.closeSync();
    const scratch = {
      async with<T>(_: unknown, work: (one: Scratch) => Promise<T>): Promise<T> {
        await using one = area.allocate(limits.scratchBytes);
        await one.write('input-0.parquet', createReadStream(file));
        return await work(one);
      },
    };
    const config = coderunsConfig.parse({});
    const reading = new CodeReading(engine, area, config);
    const runner = new SqlRunner(engine, scratch as unknown as RunScratch);
    const key = randomBytes(32);
    const rows: Row[] = [];
    for (const [name, sql] of Object.entries(queries)) {
      const bare = await median(() =>
        scratch.with([], (one) =>
          timed(() => once(engine, one, [{ kind: 'sql', sql, result: { file: 'result.parquet', format: 'parquet' } }])),
        ),
      );
      const whole = await median(() =>
        runner.with([input], {}, AbortSignal.timeout(600_000), (open) =>
          timed(async () => {
            const read = await protectedRun({ reading, open, sql, tables: tablesOf([input]), rule: config.disclosure });
            if (read.test === undefined || read.sealed === undefined) throw new Error('nothing was tested');
            const { verdict } = await open.tested(read.test, { sealed: read.sealed, key });
            if (verdict === undefined || 'vetoed' in verdict) throw new Error(`an honest query was vetoed: ${name}`);
          }),
        ),
      );
      say(`${name}: bare ${String(Math.round(bare))} ms, with its evidence ${String(Math.round(whole))} ms`);
      rows.push(ratio(name, whole / bare), figure(`${name}, bare`, bare, 'ms'), figure(`${name}, with its evidence`, whole, 'ms'));
    }
    return { suite: 'coderun', machine: machineNow(), rows };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(root, { recursive: true, force: true });
  }
}

const ratio = (name: string, value: number): Row => ({
  ...{ name: `${name}: evidence against the bare query (goal 2)`, value: Math.round(value * 10) / 10, unit: '×', target: 4 },
  ...{ goal: 'at most', ok: value <= 4 },
});

/** As the code’s own inputs are read: all granted columns, as a table. */
const input: ReadableInput = {
  ...{ copyId: 'bench', datasetId: 'bench', as: 'people', rows: null },
  file: { objectKey: '', objectVersion: '', sealedBy: '', sha256: `sha256:${'0'.repeat(64)}`, bytes: 0 },
  columns: columns.map(({ column, type, sensitiveType }) => ({ column, type, sensitiveType })),
};
async function once(engine: SandboxEngine, scratch: Scratch, steps: readonly EngineStep[]): Promise<void> {
  const table: EngineInput = {
    name: 'people',
    file: 'input-0.parquet',
    format: 'parquet',
    columns: columns.map(({ column, type }) => ({ name: column, type })),
    access: 'table',
  };
  const outcome = await engine.run({ scratch, inputs: [table], steps });
  if (!outcome.ok) throw new Error(outcome.cause.code);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
async function median(work: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < times; i += 1) found.push(await work());
  return found.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
}
