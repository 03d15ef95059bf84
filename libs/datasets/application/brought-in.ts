import { SCRATCH, ScratchArea } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { CopyFile, DatasetCopy } from '../domain/dataset-copy.js';
import type { DeliveryFormat } from '../domain/delivery-format.js';
import type { Field } from '../domain/field.js';
import type { Grant } from '../domain/grant.js';
import { CopyFiles, goodRows, quarantinedRows } from './copy-files.js';
import { DeliveredTables } from './delivered-tables.js';
import { SortedDelivery } from './sorted-delivery.js';
import { TextFile } from './text-file.js';

/** A delivery as it came, and what may be made of it. */
export interface Bringing {
  readonly copy: Pick<DatasetCopy, 'id' | 'scenarioId' | 'format' | 'maxBadShare'>;
  readonly fields: readonly Field[];
  readonly grant: Pick<Grant, 'fields' | 'rowLimit'>;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly uploadBytes: number;
  readonly signal: AbortSignal;
  progress(rows: number): Promise<void>;
}

/**
 * Clear text of a delivery and what is made of it, in memory alone: the rows, their Parquet file, room for the engine to spill. What comes
 * compressed unfolds.
 */
export const scratchFor = (sourceBytes: number, { kind }: DeliveryFormat): number =>
  128 * 1024 * 1024 + (kind === 'parquet' || kind === 'xlsx' ? 16 : 4) * sourceBytes;

/** Makes a copy's sealed file of a delivery: decode, check row by row, write as Parquet, encrypt. Decides nothing and knows no database. */
@Injectable()
export class BroughtIn {
  constructor(
    private readonly files: CopyFiles,
    private readonly tables: DeliveredTables,
    @Inject(SCRATCH) private readonly scratch: ScratchArea,
  ) {}

  /** @param sorting told before the first row is read: what was counted is wanted also where the rest fails */
  async file(bringing: Bringing, sorting: (sorted: SortedDelivery) => void): Promise<{ file: CopyFile; sorted: SortedDelivery }> {
    const { copy, fields, signal } = bringing;
    await using scratch = this.scratch.allocate(scratchFor(bringing.uploadBytes, copy.format));
    await using good = await TextFile.create(scratch.file(goodRows));
    await using quarantine = await TextFile.create(scratch.file(quarantinedRows));
    const { grant, bytes } = bringing;
    const sorted = new SortedDelivery({
      ...{ format: copy.format, maxBadShare: copy.maxBadShare, fields, grant, bytes, signal, good, quarantine },
      rows: (source) => this.tables.rows(source, { format: copy.format, fields, scratch, signal }),
      progress: (done) => bringing.progress(done),
    });
    sorting(sorted);
    try {
      await sorted.run();
    } finally {
      if (sorted.counts.bad > 0) await this.files.quarantine(copy, scratch);
    }
    return { sorted, file: { ...(await this.files.store(copy, sorted.kept, scratch, signal)), textBytes: good.bytes } };
  }
}
