import { ENGINE } from '#platform/engine';
import type { Engine, Scratch } from '#platform/engine';
import { KEYS } from '#platform/keys';
import type { Keys } from '#platform/keys';
import { OBJECTS } from '#platform/objects';
import type { Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { storedType } from '../domain/cell.js';
import { folderOf, sealOf } from '../domain/dataset-copy.js';
import type { CopyFile, DatasetCopy } from '../domain/dataset-copy.js';
import { refuse } from '../domain/refusals.js';
import { endOfLine } from './sorted-delivery.js';
import type { KeptField } from './sorted-delivery.js';

export const goodRows = 'rows.csv';
export const quarantinedRows = 'quarantine.jsonl';
const parquet = 'data.parquet';

/** Of a copy: where its files lie and what seals them. */
type Place = Pick<DatasetCopy, 'id' | 'scenarioId'>;

/** Files of a copy in the object store, all of them sealed by the scenario's key. */
@Injectable()
export class CopyFiles {
  constructor(
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  /**
   * Turns the good rows of the scratch into an encrypted Parquet file.
   * @throws Refusal `dataset-copy.conversion-failed`; whatever a cancelled run throws.
   */
  async store(copy: Place, fields: readonly KeptField[], scratch: Scratch, signal: AbortSignal): Promise<CopyFile> {
    const columns = [
      ...fields.map(({ name, type, places }) => ({ name, type: storedType(type, places) })),
      { name: endOfLine, type: 'VARCHAR' },
    ];
    const csv = { header: false, delimiter: ',', quote: '"' } as const;
    const outcome = await this.engine.run(
      {
        scratch,
        inputs: [{ name: 'delivered', file: goodRows, format: 'csv', columns, csv, access: 'view' }],
        steps: [{ kind: 'sql', sql: `SELECT * EXCLUDE ("${endOfLine}") FROM delivered`, result: { file: parquet, format: 'parquet' } }],
      },
      { signal },
    );
    signal.throwIfAborted();
    const written = outcome.ok ? outcome.steps[0] : undefined;
    if (!outcome.ok) throw refuse('dataset-copy.conversion-failed', { cause: outcome.cause.code, kind: outcome.cause.kind ?? null });
    if (written?.kind !== 'file') throw refuse('dataset-copy.conversion-failed', { cause: 'no-file', kind: null });
    const stored = await this.put(copy, parquet, scratch);
    return {
      objectKey: stored.key,
      objectVersion: stored.version,
      sealedBy: sealOf(copy),
      sha256: stored.sha256,
      bytes: stored.bytes,
      rows: written.rows,
      columns: written.columns.map(({ name, type }) => ({ name, type })),
    };
  }

  /** Rows that were put aside, with their cells: encrypted like the copy, for nobody but who holds the scenario's key. */
  async quarantine(copy: Place, scratch: Scratch): Promise<void> {
    await this.put(copy, quarantinedRows, scratch);
  }

  /** After a copy was published: what earlier tries left behind, and nothing of what stands. */
  async removeOthers(copy: DatasetCopy, file: CopyFile): Promise<void> {
    const newest = new Map<string, string>();
    const found = (await this.objects.list(folderOf(copy))).filter(({ kind }) => kind === 'version');
    for (const { key, version } of found) newest.set(key, version);
    newest.set(file.objectKey, file.objectVersion);
    for (const { key, version } of found) if (newest.get(key) !== version) await this.objects.remove(key, version);
  }

  remove(file: CopyFile): Promise<void> {
    return this.objects.remove(file.objectKey, file.objectVersion);
  }

  private async put(copy: Place, name: string, scratch: Scratch) {
    await this.keys.create(sealOf(copy));
    return this.objects.put(`${folderOf(copy)}/${name}`, scratch.read(name), { sealedBy: sealOf(copy) });
  }
}
