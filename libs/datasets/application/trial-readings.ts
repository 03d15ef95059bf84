import { Refusal, Shares, type ActContext, type Id } from '#kernel';
import { personOf } from '#identity';
import { UnitOfWork } from '#platform/database';
import { SCRATCH, ScratchArea } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { TryUpload } from '../contract.js';
import { assertUsable } from '../domain/dataset.js';
import type { DeliveryFormat } from '../domain/delivery-format.js';
import { readingFrom, trialLimits } from '../domain/reading.js';
import type { Reading } from '../domain/reading.js';
import { refuse } from '../domain/refusals.js';
import { assertWhole } from '../domain/upload.js';
import { scratchFor } from './brought-in.js';
import { assertProvider, Datasets } from './datasets.js';
import { DeliveredTables } from './delivered-tables.js';
import { SortedDelivery } from './sorted-delivery.js';
import { nowhere } from './text-file.js';
import { Uploads } from './uploads.js';

const isText = ({ kind }: DeliveryFormat): boolean => kind === 'csv' || kind === 'jsonl';

/** Says how an import would read an upload, by the import's own reader. Keeps nothing of it. */
@Injectable()
export class TrialReadings {
  private readonly places = new Shares({ all: 4, person: 1, unit: 2 });

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly datasets: Datasets,
    private readonly uploads: Uploads,
    private readonly tables: DeliveredTables,
    @Inject(SCRATCH) private readonly scratch: ScratchArea,
  ) {}

  /** @throws Refusal `upload.not-found`, `upload.incomplete`, `upload.too-large-to-try`, `upload.too-many-trials`, those of the dataset. */
  async read(ctx: ActContext, uploadId: Id, input: z.output<typeof TryUpload>): Promise<Reading> {
    const { personId: person, organisationId: unit } = personOf(ctx.actor);
    const upload = await this.uploads.own(ctx, uploadId);
    assertWhole(upload);
    const { fields } = await this.unitOfWork.read(ctx, async (tx) => {
      const dataset = await this.datasets.facts(tx, input.datasetId);
      assertProvider(ctx.actor, dataset);
      assertUsable(dataset);
      return dataset;
    });
    const { format, maxBadShare } = input;
    if (!isText(format) && upload.length > trialLimits.wholeFileBytes)
      throw refuse('upload.too-large-to-try', { length: upload.length, limit: trialLimits.wholeFileBytes });
    const giveBack = this.places.take({ person, unit });
    if (typeof giveBack !== 'function') throw refuse('upload.too-many-trials', { whose: giveBack });
    try {
      await using scratch = this.scratch.allocate(isText(format) ? 0 : scratchFor(upload.length, format));
      const signal = new AbortController().signal;
      const sorted = new SortedDelivery({
        ...{ format, fields, signal, good: nowhere, quarantine: nowhere, maxBadShare: 1 },
        bytes: this.uploads.read(ctx, uploadId),
        rows: (source) => this.tables.rows(source, { format, fields, scratch, signal }),
        grant: { fields: new Set(fields.map(({ name }) => name)), rowLimit: null },
        enough: ({ lines, bytes }) => lines >= trialLimits.rows || (isText(format) && bytes >= trialLimits.bytes),
        progress: () => Promise.resolve(),
      });
      const refused = await sorted.run().then(() => null, refusalOnly);
      const { counts, kept, badRows, isWhole } = sorted;
      const reading = readingFrom({ format, maxBadShare, counts, kept, badRows, isWhole }, refused);
      await this.record(ctx, uploadId, input.datasetId, reading);
      return reading;
    } finally {
      giveBack();
    }
  }

  private record(ctx: ActContext, id: Id, datasetId: Id, { counts, refused, isWhole }: Reading): Promise<void> {
    const details = { datasetId, rows: counts.rows, bad: counts.bad, isWhole, refused: refused?.code ?? null };
    return this.unitOfWork.run(ctx, async (tx) => {
      await tx.record({ action: 'upload.tried', object: { kind: 'upload', id }, details });
    });
  }
}

/** What an import would end with as well; everything else is a fault. */
function refusalOnly(fault: unknown): Refusal {
  if (fault instanceof Refusal && !fault.transient) return fault;
  throw fault;
}
