/**
 * The sandboxed process of one run. It reads one job from standard input, opens DuckDB in memory, reads what may be read, locks the
 * door (no files but the named ones, no network, no extensions, no settings) and only then runs the job's SQL.
 *
 * Nothing but erasable types and bare imports, so that node runs it both as this source and as compiled; `keyed.ts` beside it likewise.
 */
import { DuckDBInstance, StatementType, type DuckDBConnection } from '@duckdb/node-api';
import { hash } from 'node:crypto';
import { createWriteStream, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ChildFrame, JobFrame } from './frames.js';
import type { CipherStep, DictionaryStep, EngineCause, EngineColumn, EngineInput, KeyedStep, SqlStep } from './job.js';
import type * as Keyed from './keyed.js';

const out = createWriteStream('', { fd: 3 });
/** Length (32 bits, big-endian) and JSON, as `framed` in frames.ts has it; this file imports no other. */
function send(frame: ChildFrame): void {
  const body = Buffer.from(JSON.stringify(frame));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  out.write(Buffer.concat([head, body]));
}
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const batchRows = 2048;

/** Statements that work on data; everything that talks about settings, files, other databases or logs is refused by its kind. */
const allowed: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.MERGE_INTO,
  StatementType.TRANSACTION,
  StatementType.ANALYZE,
]);

class Stop extends Error {
  readonly reason: EngineCause;
  constructor(reason: EngineCause) {
    super(reason.code);
    this.reason = reason;
  }
}

/** What is being run now: the step, its SQL, and how many bytes stand before that SQL in what DuckDB was given. */
const place: { step?: number; sql: string; offset: number } = { sql: '', offset: 0 };

/** As DuckDB passes errno on: EFBIG, the limit on one file, and ENOSPC, the scratch's filesystem. */
const [tooLarge, noSpace] = [constants.errno.EFBIG, constants.errno.ENOSPC].map(String);

/** Turns DuckDB's error into class and place. Its message is never passed on: it quotes values. */
function causeOf(error: unknown): EngineCause {
  if (error instanceof Stop) return error.reason;
  const text = error instanceof Error ? error.message : '';
  const at = place.step === undefined ? {} : { step: place.step };
  let kind = 'Unknown';
  let position: number | undefined;
  let errno: string | undefined;
  try {
    const said = JSON.parse(text.slice(text.indexOf('{'))) as { exception_type?: string; position?: string; errno?: string };
    kind = said.exception_type ?? kind;
    errno = said.errno;
    if (said.position !== undefined) position = Number(said.position) - place.offset;
  } catch {
    kind = /^([A-Z][A-Za-z ]{1,30}) Error:/.exec(text)?.[1] ?? kind;
  }
  if (!/^[A-Z][A-Za-z ]{1,30}$/.test(kind)) kind = 'Unknown';
  if (kind === 'Out of Memory')
    return { code: text.includes('max_temp_directory_size') ? 'engine.scratch-limit' : 'engine.memory-limit', kind, ...at };
  if (errno === tooLarge || errno === noSpace) return { code: 'engine.scratch-limit', kind, ...at };
  const bytes = Buffer.from(place.sql);
  if (position === undefined || !Number.isInteger(position) || position < 0 || position > bytes.length)
    return { code: 'engine.sql-error', kind, ...at };
  const before = bytes.subarray(0, position).toString('utf8').split('\n');
  return { code: 'engine.sql-error', kind, ...at, line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
}

const notAllowed = (kind: string, step: number): Stop => new Stop({ code: 'engine.statement-not-allowed', kind, step });

/** A file of the job by its name. Its name is checked by the parent; nobody else writes a job. */
const pathOf = ({ files }: JobFrame, name: string): string => files[name] ?? '';

async function read(connection: DuckDBConnection, job: JobFrame, input: EngineInput): Promise<void> {
  const path = literal(pathOf(job, input.file));
  const named = input.columns === 'all' ? [] : input.columns;
  const types = `{${named.map((c) => `${literal(c.name)}: ${literal(c.type)}`).join(', ')}}`;
  const csv = input.csv ?? { header: true, delimiter: ',', quote: '"' };
  const from =
    input.format === 'parquet'
      ? `read_parquet(${path}${input.rowNumber === undefined ? '' : ', file_row_number=true'})`
      : `read_csv(${path}, auto_detect=false, header=${String(csv.header)}, delim=${literal(csv.delimiter)}, quote=${literal(csv.quote)}, escape=${literal(csv.quote)}, columns=${types})`;
  const columns = named.map((c) =>
    input.format === 'parquet' ? `CAST(${quoted(c.name)} AS ${c.type}) AS ${quoted(c.name)}` : quoted(c.name),
  );
  if (input.columns === 'all') columns.push('*');
  const limit = input.rows === undefined ? '' : ` LIMIT ${String(input.rows)}`;
  if (input.rowNumber !== undefined) columns.push(`file_row_number AS ${quoted(input.rowNumber)}`);
  await connection.run(
    `CREATE ${input.access === 'view' ? 'TEMP VIEW' : 'TEMP TABLE'} ${quoted(input.name)} AS SELECT ${columns.join(', ')} FROM ${from}${limit}`,
  );
}

/** Everything after this can reach the named files and nothing else, and cannot change that. */
async function lock(connection: DuckDBConnection, job: JobFrame): Promise<void> {
  const inputs = job.inputs.filter((i) => i.access === 'view').map((i) => i.file);
  const outputs = job.steps.flatMap((s) => (s.kind === 'sql' && typeof s.result === 'object' && 'file' in s.result ? [s.result.file] : []));
  const paths = [...inputs, ...outputs].map((file) => literal(pathOf(job, file)));
  await connection.run(`SET allowed_paths=[${paths.join(', ')}]`);
  await connection.run('SET enable_external_access=false');
  await connection.run('SET lock_configuration=true');
}

const columnsOf = (names: readonly string[], types: readonly unknown[]): EngineColumn[] =>
  names.map((name, i) => ({ name, type: String(types[i]) }));

async function runScript(connection: DuckDBConnection, step: SqlStep, index: number): Promise<void> {
  const statements = await connection.extractStatements(step.sql);
  for (let i = 0; i < statements.count; i++) {
    const prepared = await statements.prepare(i);
    if (!allowed.has(prepared.statementType)) throw notAllowed(StatementType[prepared.statementType], index);
    await prepared.run();
    prepared.destroySync();
  }
  send({ t: 'step', step: index, result: { kind: 'none' } });
}

const resultView = 'CREATE TEMP VIEW sandbox_result AS ';

/** The SELECT becomes a view by a prefix alone, so that no text of it can close a bracket and go on as something else. */
async function runToFile(
  connection: DuckDBConnection,
  path: string,
  sql: string,
  { format, mostRows }: { readonly format: 'parquet' | 'csv'; readonly mostRows?: number },
  step: number,
): Promise<{ rows: number; columns: EngineColumn[] }> {
  place.offset = resultView.length;
  await connection.run(resultView + sql);
  // Into the file itself, which is there already: no other name can be made beside it.
  const options = `(USE_TMP_FILE false, ${format === 'parquet' ? 'FORMAT parquet, COMPRESSION zstd' : 'FORMAT csv, HEADER'})`;
  const limit = mostRows === undefined ? '' : ` LIMIT ${String(mostRows + 1)}`;
  const written = await connection.runAndReadAll(`COPY (FROM sandbox_result${limit}) TO ${literal(path)} ${options}`);
  const rows = Number(written.getRows()[0]?.[0] ?? 0);
  if (mostRows !== undefined && rows > mostRows) throw new Stop({ code: 'engine.row-limit', step });
  const shape = await connection.runAndReadAll('DESCRIBE sandbox_result');
  await connection.run('DROP VIEW sandbox_result');
  return {
    rows,
    columns: shape.getRows().map((row) => ({ name: String(row[0]), type: String(row[1]) })),
  };
}

async function runSelect(connection: DuckDBConnection, job: JobFrame, step: SqlStep, index: number): Promise<void> {
  const statements = await connection.extractStatements(step.sql);
  const prepared = await statements.prepare(0);
  if (statements.count !== 1) throw notAllowed('MULTI', index);
  if (prepared.statementType !== StatementType.SELECT) throw notAllowed(StatementType[prepared.statementType], index);
  if (step.result === 'none') return;
  if ('file' in step.result) {
    prepared.destroySync();
    const path = pathOf(job, step.result.file);
    const { rows, columns } = await runToFile(connection, path, step.sql, step.result, index);
    send({ t: 'step', step: index, result: { kind: 'file', file: step.result.file, rows, bytes: statSync(path).size, columns } });
    return;
  }
  const reader = await prepared.streamAndReadUntil(step.result.rows + 1);
  const rows = reader.getRowsJson().slice(0, step.result.rows);
  for (let i = 0; i < rows.length; i += batchRows) send({ t: 'rows', step: index, rows: rows.slice(i, i + batchRows) });
  const truncated = reader.currentRowCount > step.result.rows;
  send({ t: 'step', step: index, result: { kind: 'rows', columns: columnsOf(reader.columnNames(), reader.columnTypes()), truncated } });
}

/** HMAC (RFC 2104) by two one-shot digests: five times faster than a Hmac object for each value. Keys are at most one block of 64 bytes. */
function hmac(algorithm: string, key: Buffer | undefined): (value: string) => string {
  if (key === undefined) return (value) => hash(algorithm, value, 'hex');
  const inner = Buffer.alloc(64, 0x36);
  const outer = Buffer.alloc(64 + 32, 0x5c);
  key.forEach((byte, i) => {
    inner[i] = 0x36 ^ byte;
    outer[i] = 0x5c ^ byte;
  });
  return (value) => {
    hash(algorithm, Buffer.concat([inner, Buffer.from(value)]), 'buffer').copy(outer, 64);
    return hash(algorithm, outer, 'hex');
  };
}

/** Fills the dictionary from a second connection, a chunk of distinct values at a time; both tables spill as DuckDB sees fit. */
async function runDictionary(
  instance: DuckDBInstance,
  connection: DuckDBConnection,
  step: DictionaryStep,
  index: number,
  key: Buffer | undefined,
): Promise<void> {
  const mac = hmac(step.algorithm, key);
  await connection.run(`CREATE TABLE ${quoted(step.name)} (value VARCHAR, pseudonym VARCHAR)`);
  const writer = await instance.connect();
  const appender = await writer.createAppender(step.name);
  const before = 'SELECT DISTINCT CAST(v AS VARCHAR) FROM (';
  place.offset = before.length;
  const result = await connection.stream(`${before}${step.from}\n) AS source(v) WHERE v IS NOT NULL`);
  let values = 0;
  for await (const chunk of result) {
    for (const [value] of chunk.getRows()) {
      const text = String(value);
      appender.appendVarchar(text);
      appender.appendVarchar(mac(text).slice(0, step.hexLength));
      appender.endRow();
      values++;
    }
    appender.flushSync();
  }
  appender.closeSync();
  writer.closeSync();
  send({ t: 'step', step: index, result: { kind: 'dictionary', values } });
}

/** Beside this file: loaded where a step is keyed, in the sandbox as in a checkout. */
const keyedFile = import.meta.url.replace(/child(\.m?[jt]s)$/, 'keyed$1');
async function runKeyed(connection: DuckDBConnection, job: JobFrame, step: KeyedStep | CipherStep, index: number): Promise<void> {
  const { register } = (await import(keyedFile)) as typeof Keyed;
  await register(connection, job, step);
  send({ t: 'step', step: index, result: { kind: 'none' } });
}

const spilled = ({ spill }: JobFrame): number =>
  readdirSync(spill.folder).reduce((sum, name) => sum + (statSync(join(spill.folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);

async function run(job: JobFrame): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(job.limits.threads),
    memory_limit: `${String(job.limits.memoryMb)}MB`,
    temp_directory: job.spill.folder,
    max_temp_directory_size: `${String(Math.ceil(job.limits.scratchBytes / 1_000_000))}MB`,
    autoload_known_extensions: 'false',
    autoinstall_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_persistent_secrets: 'false',
    errors_as_json: 'true',
    // DuckDB's built-in cipher calls its own random source unsafe, and the extension with a better one must not be loaded here.
    ...(job.spill.encrypted ? { force_mbedtls_unsafe: 'true', temp_file_encryption: 'true' } : {}),
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone='Asia/Shanghai'");
  for (const input of job.inputs) await read(connection, job, input);
  await lock(connection, job);
  const ticking = setInterval(() => {
    const percent = connection.progress.percentage;
    send({ t: 'progress', step: place.step ?? 0, spilled: spilled(job), ...(percent >= 0 ? { percent: Math.round(percent) } : {}) });
  }, 500);
  for (const [index, step] of job.steps.entries()) {
    Object.assign(place, { step: index, sql: step.kind === 'sql' ? step.sql : step.kind === 'dictionary' ? step.from : '', offset: 0 });
    if (step.kind === 'dictionary') {
      const key = step.key === undefined ? undefined : Buffer.from(job.keys[step.key] ?? '', 'base64');
      await runDictionary(instance, connection, step, index, key);
    } else if (step.kind === 'keyed' || step.kind === 'cipher') await runKeyed(connection, job, step, index);
    else if (step.result === 'none') await runScript(connection, step, index);
    else await runSelect(connection, job, step, index);
  }
  clearInterval(ticking);
  connection.closeSync();
  instance.closeSync(); // removes the spill
  send({ t: 'done' });
}

const given: Buffer[] = [];
let taken = false;
process.stdin.on('data', (piece: Buffer) => {
  if (taken) return;
  given.push(piece);
  const held = given.length === 1 ? piece : Buffer.concat(given);
  given.splice(0, given.length, held);
  if (held.length < 4 || held.length < 4 + held.readUInt32BE(0)) return;
  taken = true;
  run(JSON.parse(held.toString('utf8', 4)) as JobFrame)
    .catch((error: unknown) => {
      send({ t: 'failed', cause: causeOf(error) });
    })
    .finally(() => out.end(() => process.exit(0)));
});
// The parent is gone: nobody may have what is computed here. By a signal: an orderly exit would wait until DuckDB's threads are done.
process.stdin.once('close', () => process.kill(process.pid, 'SIGKILL'));
