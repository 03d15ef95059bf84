import { keyedDigest, newId, sqlName } from '#kernel';
import { ENGINE, SCRATCH, type Engine, type EngineInput, type Scratch, type ScratchArea } from '#platform/engine';
import { OBJECTS, type Objects, type StoredObject } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { resultFile } from '../domain/lineage.js';
import { evidenceColumns } from '../domain/policy.js';
import { columnsOf, declarationLeft, type Repair } from '../domain/repair.js';
import { repairSql } from '../domain/repair-sql.js';
import { refuse } from '../domain/refusals.js';
import type { ExportRequestRow, QuarantinedFile } from '../persistence/entities.js';
import { quarantineOf, scenarioKey } from './places.js';
import type { RunResult } from './run-results.js';

const leastScratch = 64 * 1024 * 1024;
const evidenceFile = 'evidence.csv';

/** Makes the tables that may leave, in the sandboxed engine: CSV (RFC 4180, UTF-8), which the gate can read row by row. */
@Injectable()
export class ResultFiles {
  constructor(
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
  ) {}

  /**
   * The table of a run's result, without the columns that were declared as evidence: those stand beside it, in quarantine for good.
   * @param limit bytes of one file, so far as scratch has to be reserved
   * @param key of the request's digests
   * @throws Refusal `export.measuring-failed`
   */
  async ofResult(row: ExportRequestRow, result: RunResult, limit: number, key: Uint8Array, signal: AbortSignal): Promise<QuarantinedFile> {
    const wanted = leastScratch + result.bytes + 2 * limit;
    await using scratch = this.area.allocate(Math.min(wanted, this.engine.limits.scratchBytes));
    const { objectKey, objectVersion, sealedBy } = result;
    await scratch.write('result.parquet', await this.objects.get(objectKey, { sealedBy, version: objectVersion }));
    const columns = result.columns.map((name) => ({ name, type: 'VARCHAR' }));
    const input: EngineInput = { name: 'result', file: 'result.parquet', format: 'parquet', columns, access: 'view' };
    const evidence = evidenceColumns(row.declaration ?? {}).filter((name) => result.columns.includes(name));
    const table = result.columns.filter((name) => !evidence.includes(name));
    const select = `SELECT ${table.map(sqlName).join(', ')} FROM result`;
    const file = { ...this.named(row), ...quarantined(row, await this.made(row, scratch, input, select, resultFile, signal), key) };
    if (evidence.length === 0) return file;
    const shown = await this.made(row, scratch, input, 'SELECT * FROM result', evidenceFile, signal);
    return { ...file, evidence: quarantined(row, shown, key) };
  }

  /** The table that was blocked, in the version that was checked, mended. @throws Refusal `export.measuring-failed` */
  async repaired(row: ExportRequestRow, repair: Repair<QuarantinedFile>, key: Uint8Array, signal: AbortSignal): Promise<QuarantinedFile> {
    const { plan, from } = repair;
    await using scratch = this.area.allocate(Math.min(leastScratch + 4 * from.bytes, this.engine.limits.scratchBytes));
    await scratch.write('old.csv', await this.objects.get(from.objectKey, { sealedBy: from.sealedBy, version: from.objectVersion }));
    const { lineage, declaration } = row;
    const before = row.repairs.filter(({ round }) => round < repair.round);
    const names = columnsOf({ lineage, declaration, repairs: before }, from.name);
    const columns = names.map((name) => ({ name, type: 'VARCHAR' }));
    const csv = { header: true, delimiter: ',', quote: '"' };
    const input: EngineInput = { name: 'old', file: 'old.csv', format: 'csv', columns, access: 'table', csv };
    const stored = await this.made(row, scratch, input, repairSql(names, plan), resultFile, signal);
    const { evidence } = from;
    return { ...this.named(row), ...quarantined(row, stored, key), ...(evidence === undefined ? {} : { evidence }) };
  }

  private named(row: ExportRequestRow): Pick<QuarantinedFile, 'id' | 'name' | 'declaration'> {
    const gone = row.repairs.flatMap(({ plan }) => plan.suppress);
    const declaration = row.declaration === null ? {} : { declaration: declarationLeft(row.declaration, gone) };
    return { id: newId(), name: resultFile, ...declaration };
  }

  private async made(
    row: ExportRequestRow,
    scratch: Scratch,
    input: EngineInput,
    sql: string,
    name: string,
    signal: AbortSignal,
  ): Promise<StoredObject> {
    const steps = [{ kind: 'sql', sql, result: { file: name, format: 'csv' } }] as const;
    const outcome = await this.engine.run({ scratch, inputs: [input], steps }, { signal });
    if (!outcome.ok) throw refuse('export.measuring-failed', { cause: outcome.cause.code });
    return this.objects.put(`${quarantineOf(row)}/${name}`, scratch.read(name), { sealedBy: scenarioKey(row.scenarioId) });
  }
}

const quarantined = (row: ExportRequestRow, stored: StoredObject, key: Uint8Array) => ({
  bytes: stored.bytes,
  digest: keyedDigest(key, stored.sha256),
  objectKey: stored.key,
  objectVersion: stored.version,
  sealedBy: scenarioKey(row.scenarioId),
});
