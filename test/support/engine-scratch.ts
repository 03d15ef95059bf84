import { SandboxEngine, ScratchArea, type EngineColumn, type EngineInput } from '#platform/engine';
import { DuckDBInstance } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import type { SensitiveType } from '../../libs/datasets/contract.js';
import type { ColumnDecision, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { duckdbType } from '../../libs/desensitisation/domain/compile.js';

const root = `/dev/shm/opdomain-desensitisation-test-${String(process.pid)}`;
export const engine = await SandboxEngine.open({
  sandbox: 'preferred',
  sandboxUid: 60_700,
  memoryMb: 2048,
  threads: 2,
  wallClockMs: 120_000,
  scratchBytes: 500_000_000,
});
export const scratch = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner }).allocate(500_000_000);
/** For `afterAll`. */
export function disposeScratch(): void {
  scratch.dispose();
  rmSync(root, { recursive: true, force: true });
}

/** Writes rows of text to Parquet with the columns' own types. */
export async function writeParquet(
  file: string,
  schema: readonly SchemaColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE TABLE t (${schema.map((_, i) => `c${String(i)} VARCHAR`).join(', ')})`);
  const appender = await connection.createAppender('t');
  for (const row of rows) {
    for (const value of row) if (value === null) appender.appendNull();
    else appender.appendVarchar(value); // prettier-ignore
    appender.endRow();
  }
  appender.closeSync();
  const columns = schema.map((column, i) => `CAST(c${String(i)} AS ${duckdbType[column.type]}) AS "${column.name}"`);
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM t) TO '${scratch.file(file)}' (FORMAT parquet, USE_TMP_FILE false)`);
  connection.closeSync();
}
export const input = (
  name: string,
  file: string,
  schema: readonly { name: string; type: SchemaColumn['type'] }[],
  rowNumber?: string,
): EngineInput => ({
  name,
  file,
  format: 'parquet',
  columns: schema.map((column): EngineColumn => ({ name: column.name, type: duckdbType[column.type] })),
  access: 'view',
  ...(rowNumber === undefined ? {} : { rowNumber }),
});

export const decision = (sensitiveType: SensitiveType, technique: Technique, column = 'v'): ColumnDecision => ({
  column,
  sensitiveType,
  grade: 'L3',
  technique,
});
