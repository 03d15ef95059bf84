import { ENGINE, SCRATCH, type Engine, type EngineInput, type Scratch, type ScratchArea } from '#platform/engine';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { rowNumber } from '../domain/names.js';
import type { UsableCopy } from './copy-gate.js';

const leastScratch = 256 * 1024 * 1024;

/** Brings a copy's plaintext into memory-only scratch, where the engine alone reads it. */
@Injectable()
export class CopyReading {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  /** Runs `work` with `raw.parquet` in a scratch of its own, which is gone afterwards whatever happens. */
  async with<T>(copy: Pick<UsableCopy, 'file'>, work: (scratch: Scratch) => Promise<T>): Promise<T> {
    const wanted = Math.max(leastScratch, copy.file.bytes * 8);
    await using scratch = this.area.allocate(Math.min(this.engine.limits.scratchBytes, wanted));
    const { objectKey, objectVersion, sealedBy } = copy.file;
    await scratch.write('raw.parquet', await this.objects.get(objectKey, { sealedBy, version: objectVersion }));
    return await work(scratch);
  }
}

/** The whole copy as the view `raw`, with the number of each row. */
export const rawInput = (columns: UsableCopy['columns']): EngineInput => ({
  name: 'raw',
  file: 'raw.parquet',
  format: 'parquet',
  columns: columns.map(({ name, stored }) => ({ name, type: stored })),
  access: 'view',
  rowNumber,
});
