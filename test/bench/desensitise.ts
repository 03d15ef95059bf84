import { SandboxEngine, ScratchArea, type EngineInput, type EngineStep } from '#platform/engine';
import { DuckDBInstance } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import type { SensitiveType } from '../../libs/datasets/contract.js';
import type { Plan, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb, duckdbType } from '../../libs/desensitisation/domain/compile.js';
import { benchAdult } from './desensitise-adult.js';
import { below } from './processes-below.js';
import { atMost, figure, machine, type Row, type Say, type SuiteReport } from './report.js';

export interface DesensitiseSizes {
  readonly rows: number;
  /** Each figure is the least of so many measurements, taken in turn. */
  readonly turns: number;
}

const root = `/dev/shm/opdomain-bench-${String(process.pid)}`;
const scratchBytes = 6_000_000_000;

/** Thirteen columns as a provider has them: three identifiers that are all distinct, one more for the cipher, and what is masked by SQL. */
const columns: readonly (readonly [string, SchemaColumn['type'], SensitiveType, Technique, string])[] = [
  ['人员编号', 'integer', 'none', { kind: 'keep' }, 'i'],
  ['公民身份号码', 'text', 'resident-id', { kind: 'mask', shape: 'resident-id' }, `printf('33%02d%02d19%02d%02d%02d%03dX', i % 11 + 1, i // 11 % 20 + 1, i // 220 % 90 + 10, i // 19800 % 12 + 1, i // 237600 % 28 + 1, i // 6652800 % 1000)`],
  ['手机号码', 'text', 'mobile', { kind: 'mask', shape: 'mobile' }, `CAST(13000000000 + i * 617 % 5999999999 AS VARCHAR)`],
  ['社保卡号', 'text', 'account-number', { kind: 'mask-ends', start: 2, end: 2 }, `printf('SB%014d', i * 7919)`],
  ['银行卡号', 'text', 'bank-card', { kind: 'mask', shape: 'bank-card' }, `printf('622848%013d', i * 104729)`],
  ['姓名', 'text', 'name', { kind: 'mask', shape: 'name' }, `substr('王李张刘陈杨赵黄周吴', i % 10 + 1, 1) || substr('伟芳娜秀英敏静丽强磊', i // 10 % 10 + 1, 1) || substr('明军洋艳勇杰娟涛超霞', i // 100 % 10 + 1, 1)`],
  ['出生日期', 'date', 'birth-date', { kind: 'generalise', to: { by: 'date', unit: 'year' } }, `DATE '1940-01-01' + CAST(i * 31 % 27000 AS INTEGER)`],
  ['户籍地址', 'text', 'address', { kind: 'generalise', to: { by: 'address', level: 'district' } }, `'浙江省' || ['杭州市西湖区', '宁波市镇海区', '丽水市青田县', '温州市鹿城区'][i % 4 + 1] || '江南大道' || (i % 900) || '号'`],
  ['电子邮箱', 'text', 'email', { kind: 'mask', shape: 'email' }, `'user' || i || '@example.cn'`],
  ['文化程度', 'text', 'none', { kind: 'keep' }, `['小学', '初中', '高中', '本科'][i % 4 + 1]`],
  ['月缴费基数', 'decimal', 'none', { kind: 'round', decimals: 0, mode: 'nearest' }, `CAST(i * 997 % 3000000 / 100 AS DECIMAL(28,10))`],
  ['登记时间', 'timestamp', 'none', { kind: 'keep' }, `TIMESTAMP '2020-01-01' + to_seconds(i * 37 % 150000000)`],
  ['参保类型', 'text', 'none', { kind: 'keep' }, `['职工', '居民', '灵活就业'][i % 3 + 1]`],
]; // prettier-ignore
const schema = columns.map(([name, type]): SchemaColumn => ({ name, type }));

const planOf = (changed: Readonly<Record<string, Technique>> = {}): Plan => ({
  columns: columns.map(([column, , sensitiveType, technique]) => ({ column, sensitiveType, grade: 'L3', technique: changed[column] ?? technique })),
  sampling: { rate: 0.999999 },
}); // prettier-ignore
const pseudonym = (purpose: string): Technique => ({ kind: 'pseudonym', algorithm: 'hmac-sm3', purpose, hexLength: 32 });
const pseudonyms = { 公民身份号码: pseudonym('id'), 手机号码: pseudonym('mobile'), 社保卡号: pseudonym('card') };

const cipher: Technique = { kind: 'encipher', algorithm: 'ff1-sm4', purpose: 'bank', keep: 5, check: 'luhn' };

export async function benchDesensitise(say: Say, { rows, turns }: DesensitiseSizes): Promise<SuiteReport> {
  const measuredOn = machine();
  const settings = { sandbox: 'preferred', sandboxUid: 60_700, memoryMb: 1400, threads: 2, wallClockMs: 3_600_000, scratchBytes } as const;
  const engine = await SandboxEngine.open(settings);
  const area = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner });
  try {
    await using scratch = area.allocate(scratchBytes);
    say(`${String(rows)} rows × ${String(columns.length)} columns, ${engine.version}`);
    const connection = await (await DuckDBInstance.create(':memory:', { memory_limit: '1GB' })).connect();
    const drawn = columns.map(([name, type, , , sql]) => `CAST(${sql} AS ${duckdbType[type]}) AS "${name}"`).join(', ');
    await connection.run(
      `COPY (SELECT ${drawn} FROM range(${String(rows)}) AS r(i)) TO '${scratch.file('raw.parquet')}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
    );
    connection.closeSync();
    const raw: EngineInput = {
      ...{ name: 'raw', file: 'raw.parquet', format: 'parquet', access: 'view', rowNumber: 'sandbox_row' },
      columns: schema.map(({ name, type }) => ({ name, type: duckdbType[type] })),
    };
    const file = 'output.parquet';
    const keys = Object.fromEntries(['id', 'mobile', 'card', 'bank'].map((name) => [name, Buffer.alloc(32, name)]));
    const copy: readonly EngineStep[] = [
      { kind: 'sql', sql: `SELECT ${schema.map(({ name }) => `"${name}"`).join(', ')} FROM raw`, result: { file, format: 'parquet' } },
    ];
    const compiled = (plan: Plan): readonly EngineStep[] =>
      compileToDuckDb(plan, schema, { source: 'raw', rowNumber: 'sandbox_row', seed: 'seed', order: 'order', delivery: 'd', file }).steps;
    const cases: readonly (readonly [string, readonly EngineStep[]])[] = [
      ['plain Parquet copy', copy],
      ['SQL techniques only', compiled(planOf())],
      ['+ HMAC-SM3 on 3 columns, all distinct', compiled(planOf(pseudonyms))],
      ['+ FF1-SM4 on 1 column', compiled(planOf({ ...pseudonyms, 银行卡号: cipher }))],
    ];
    const least = cases.map(() => Infinity);
    const peaks = cases.map(() => 0);
    const seconds = cases.map(() => Infinity);
    for (let turn = 0; turn < turns; turn++)
      for (const [i, [name, steps]] of cases.entries()) {
        let used = 0;
        const watch = setInterval(() => {
          const now = below(process.pid);
          peaks[i] = Math.max(peaks[i] ?? 0, now.bytes + scratch.bytes());
          used = Math.max(used, now.seconds);
        }, 50);
        const outcome = await engine.run({ scratch, inputs: [raw], steps, keys });
        clearInterval(watch);
        if (!outcome.ok) throw new Error(`${name}: ${outcome.cause.code} ${outcome.cause.kind ?? ''}`);
        least[i] = Math.min(least[i] ?? Infinity, outcome.ms);
        seconds[i] = Math.min(seconds[i] ?? Infinity, used);
        say(
          `${name}: ${String(outcome.ms)} ms, ${used.toFixed(2)} s of processor, peak ${String(Math.round((peaks[i] ?? 0) / 2 ** 20))} MiB`,
        );
      }
    const [base = 1] = least;
    const ratio = (i: number, target: number): Row => {
      const value = Math.round(((least[i] ?? Infinity) / base) * 100) / 100;
      return { name: cases[i]?.[0] ?? '', value, unit: '× copy', target, goal: 'at most', ok: value <= target };
    };
    const used = (i: number): Row => figure(`${cases[i]?.[0] ?? ''}: processor time`, (seconds[i] ?? 0) / (seconds[0] ?? 1), '× copy');
    const found: Row[] = [
      figure('plain Parquet copy', base, 'ms'),
      ratio(1, 2.5),
      ratio(2, 5),
      ratio(3, 8),
      ...[1, 2, 3].map(used),
      atMost('peak memory, scratch counted', Math.max(...peaks) / 2 ** 20, 'MiB', 2048),
    ];
    return { suite: 'desensitise', machine: measuredOn(), rows: [...found, ...(await benchAdult(say, engine, scratch))] };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
