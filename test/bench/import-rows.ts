import { DuckDBInstance } from '@duckdb/node-api';
import iconv from 'iconv-lite';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Field } from '../../libs/datasets/domain/field.js';

const pick = (words: readonly string[], by: string): string =>
  `[${words.map((word) => `'${word}'`).join(', ')}][CAST(${by} % ${String(words.length)} AS INTEGER) + 1]`;
const digit = (text: string): string => `CAST(${text} AS INTEGER)`;
const born = `DATE '1940-01-01' + CAST(hash(i, 1) % 27000 AS INTEGER)`;
const idBody = `(${pick(['330106', '330211', '331121', '330302'], 'hash(i, 2)')} || strftime(${born}, '%Y%m%d') || lpad(CAST(i % 1000 AS VARCHAR), 3, '0'))`;
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checked = weights.map((weight, at) => `${String(weight)} * ${digit(`substr(${idBody}, ${String(at + 1)}, 1)`)}`).join(' + ');
const street = pick(['文三路', '江南大道', '中山中路', '人民北路', '鹤城街道新大街'], 'hash(i, 3)');

/** Thirteen columns as a provider has them, checks and quoted cells with commas, quotes and line breaks among them. */
const columns: readonly (readonly [string, Field['type'], Field['check'], string])[] = [
  ['人员编号', 'integer', null, 'i'],
  ['姓名', 'text', null, `${pick(Array.from('王李张刘陈杨赵黄周吴'), 'i')} || ${pick(Array.from('伟芳娜秀英敏静丽强磊'), 'i // 10')} || ${pick(Array.from('明军洋艳勇杰娟涛超霞'), 'i // 100')}`],
  ['公民身份号码', 'text', 'resident-id', `${idBody} || substr('10X98765432', (${checked}) % 11 + 1, 1)`],
  ['性别', 'text', null, pick(['男', '女'], 'i')],
  ['出生日期', 'date', null, born],
  ['手机号码', 'text', 'mobile', `'13' || lpad(CAST(hash(i, 4) % 1000000000 AS VARCHAR), 9, '0')`],
  ['户籍地址', 'text', null, `'浙江省杭州市' || ${street} || (hash(i, 5) % 900) || '号' || (hash(i, 6) % 30) || '幢'`],
  ['电子邮箱', 'text', null, `CASE WHEN hash(i, 7) % 10 < 6 THEN NULL ELSE 'user' || i || '@example.cn' END`],
  ['文化程度', 'text', null, pick(['小学', '初中', '高中', '本科'], 'hash(i, 8)')],
  ['参保类型', 'text', null, pick(['职工', '居民', '灵活就业'], 'hash(i, 9)')],
  ['月缴费基数', 'decimal', null, `CAST(CAST(hash(i, 10) % 3000000 AS DECIMAL(18, 2)) / 100 AS DECIMAL(12, 2))`],
  ['登记时间', 'datetime', null, `TIMESTAMP '2020-01-01' + to_seconds(CAST(hash(i, 11) % 150000000 AS BIGINT))`],
  ['备注', 'text', null, `CASE hash(i, 12) % 20 WHEN 0 THEN '家属称"暂住",待回访' WHEN 1 THEN '紧急联系人:王先生' || chr(10) || '电话另询' WHEN 2 THEN '低保户,已核实' ELSE NULL END`],
]; // prettier-ignore
export const importFields: readonly Field[] = columns.map(([name, type, check]) => ({
  ...{ name, type, check, comment: '', required: false },
  ...{ class: 'personal', grade: 'L3', sensitiveType: 'none' },
}));
const types = { text: 'VARCHAR', integer: 'BIGINT', decimal: 'DECIMAL(24,6)', date: 'DATE', datetime: 'TIMESTAMP' } as const;

async function* inGb18030(path: string): AsyncGenerator<Buffer> {
  const encoder = iconv.getEncoder('gb18030');
  for await (const text of createReadStream(path, { encoding: 'utf8', highWaterMark: 256 * 1024 })) yield encoder.write(text as string);
}

/** Writes the same rows twice, in UTF-8 and in GB 18030. */
export async function makeFiles(rows: number, utf8: string, gb18030: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  const drawn = columns.map(([name, , , sql]) => `${sql} AS "${name}"`).join(', ');
  await connection.run(`COPY (SELECT ${drawn} FROM range(${String(rows)}) t(i)) TO '${utf8}' (FORMAT csv, HEADER)`);
  connection.closeSync();
  await pipeline(inGb18030(utf8), createWriteStream(gb18030));
}

export interface Taken {
  readonly ms: number;
  /** Of a processor. */
  readonly seconds: number;
}
/** What DuckDB takes for the rows in UTF-8 by itself, their types and dialect told. */
export async function plainImport(utf8: string, parquet: string): Promise<Taken> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '2GB' })).connect();
  const typed = columns.map(([name, type]) => `'${name}': '${types[type]}'`).join(', ');
  const [began, before] = [performance.now(), process.cpuUsage()];
  await connection.run(
    `COPY (FROM read_csv('${utf8}', auto_detect=false, header=true, delim=',', quote='"', escape='"', columns={${typed}})) TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  const ms = performance.now() - began;
  const used = process.cpuUsage(before);
  connection.closeSync();
  return { ms, seconds: (used.user + used.system) / 1e6 };
}

// Run as a process of its own, so that what it holds is not counted as the import's.
const [, , order = '', ...paths] = process.argv;
if (process.argv[1]?.endsWith('import-rows.js') === true) {
  if (order === 'make') await makeFiles(Number(paths[0]), paths[1] ?? '', paths[2] ?? '');
  else process.stdout.write(JSON.stringify(await plainImport(paths[0] ?? '', paths[1] ?? '')));
}
