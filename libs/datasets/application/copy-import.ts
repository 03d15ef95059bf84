import { Refusal } from '#kernel';
import type { ActContext, Clock, Id } from '#kernel';
import { Scenarios } from '#authorisations';
import { UnitOfWork } from '#platform/database';
import type { Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { assertUsable } from '../domain/dataset.js';
import type { ImportFailure, Imported } from '../domain/dataset-copy.js';
import type { Field } from '../domain/field.js';
import type { Grant } from '../domain/grant.js';
import { CopiesRepository } from '../persistence/copies.repository.js';
import { BroughtIn } from './brought-in.js';
import { Copies } from './copies.js';
import type { CopyFacts } from './copies.js';
import { CopyFiles } from './copy-files.js';
import { Datasets } from './datasets.js';
import type { SortedDelivery } from './sorted-delivery.js';
import { Uploads } from './uploads.js';
import { endUploadJob } from '../domain/work.js';

export interface ImportRun {
  readonly copyId: Id;
  readonly signal: AbortSignal;
  act(action: string): ActContext;
  progress(rows: number): Promise<void>;
  /** As of the queued work. */
  held(tx: Tx): Promise<void>;
}
interface Begun {
  readonly copy: CopyFacts;
  readonly uploadBytes: number;
  readonly fields: readonly Field[];
  readonly grant: Grant;
}

/**
 * Brings a delivery into its scenario: decrypt, decode, check row by row, write as Parquet, encrypt under the scenario's key. What is
 * published is decided in one transaction at the end; whoever comes second there takes its own file away again.
 */
@Injectable()
export class CopyImport {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: CopiesRepository,
    private readonly copies: Copies,
    private readonly datasets: Datasets,
    private readonly uploads: Uploads,
    private readonly files: CopyFiles,
    private readonly broughtIn: BroughtIn,
    private readonly scenarios: Scenarios,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws what another try may cure: ports that do not answer, a full scratch, a cancelled run. All else ends in `failed`. */
  async run(run: ImportRun): Promise<void> {
    const seen: { sorted?: SortedDelivery } = {};
    try {
      const begun = await this.begin(run);
      if (begun === undefined) return;
      const bytes = this.uploads.read(run.act('dataset-copy.read'), begun.copy.uploadId);
      const progress = (rows: number): Promise<void> => run.progress(rows);
      const { file, sorted } = await this.broughtIn.file({ ...begun, bytes, signal: run.signal, progress }, (one) => (seen.sorted = one));
      const { source, counts, leftOut } = sorted;
      await this.publish(run, begun, sorted, { source, counts, leftOut, file });
    } catch (fault) {
      run.signal.throwIfAborted();
      if (!(fault instanceof Refusal) || fault.transient) throw fault;
      await this.fail(run, { code: fault.code, details: fault.details as ImportFailure['details'] }, seen.sorted);
    }
  }

  /** For an import whose work is given up. */
  giveUp(tx: Tx, copyId: Id, why: Refusal): Promise<void> {
    return this.failIn(tx, copyId, { code: 'dataset-copy.import-gave-up', details: { cause: why.code } });
  }

  private begin(run: ImportRun): Promise<Begun | undefined> {
    return this.unitOfWork.run(run.act('dataset-copy.import-started'), async (tx) => {
      const { copy, dataset, grant } = await this.gather(tx, run.copyId);
      if (copy.state !== 'received' && copy.state !== 'importing') return undefined;
      await run.held(tx);
      const { fieldsVersion } = dataset;
      // A second try of an import that was cut off finds it importing already, and goes on.
      const started = await (copy.state === 'importing'
        ? this.repository.update(tx, copy, { fieldsVersion })
        : this.repository.move(tx, copy, { state: 'importing', fieldsVersion }));
      await tx.record({ action: 'dataset-copy.import-started', outcome: 'intent', ...subjectOf(copy) });
      const upload = await this.uploads.find(tx, copy.uploadId);
      return { copy: started, uploadBytes: upload.length, fields: dataset.fields, grant };
    });
  }

  private async publish(run: ImportRun, begun: Begun, sorted: SortedDelivery, imported: Imported): Promise<void> {
    const published = await this.unitOfWork.run(run.act('dataset-copy.imported'), async (tx) => {
      const { copy, grant } = await this.gather(tx, run.copyId);
      const stillGranted = imported.file.columns.every(({ name }) => grant.fields.has(name)) && grant.rowLimit === begun.grant.rowLimit;
      if (copy.state !== 'importing' || !stillGranted) return undefined;
      await run.held(tx);
      const at = this.clock.now();
      const ready = await this.repository.move(tx, copy, { state: 'ready', ...imported, readyAt: at });
      await this.repository.removeBadRows(tx, copy.id);
      await this.repository.addBadRows(tx, copy.id, sorted.badRows);
      const { rows, bad } = imported.counts;
      const details = { rows, bad, stored: imported.file.rows, columns: imported.file.columns.length, sha256: imported.file.sha256 };
      await tx.record({ action: 'dataset-copy.imported', ...subjectOf(copy), before: copy, after: ready, details });
      const { authorisationId, scenarioId, unitId } = copy;
      const use = { item: 'data-processing', quantity: 1, sourceKind: 'dataset-copy', sourceId: copy.id } as const;
      await tx.use({ ...use, authorisationId, scenarioId, unitId, usedAt: at });
      await tx.enqueue(endUploadJob, { key: copy.uploadId });
      return ready;
    });
    // Another try published, the copy was destroyed, or the grant shrank meanwhile: then what was written here is nobody's.
    if (published === undefined) await this.files.remove(imported.file);
    else await this.files.removeOthers(published, imported.file);
  }

  private async fail(run: ImportRun, failure: ImportFailure, sorted: SortedDelivery | undefined): Promise<void> {
    await this.unitOfWork.run(run.act('dataset-copy.import-failed'), async (tx) => {
      await this.failIn(tx, run.copyId, failure, sorted);
      await run.held(tx);
    });
  }

  private async failIn(tx: Tx, copyId: Id, failure: ImportFailure, sorted?: SortedDelivery): Promise<void> {
    const copy = await this.repository.lock(tx, copyId, 'update');
    if (copy.state !== 'received' && copy.state !== 'importing') return;
    const failed = await this.repository.move(tx, copy, { state: 'failed', failure, counts: sorted?.counts ?? null });
    await this.repository.addBadRows(tx, copy.id, sorted?.badRows ?? []);
    const reasons = [failure.code];
    await tx.record({ action: 'dataset-copy.import-failed', ...subjectOf(copy), before: copy, after: failed, reasons });
    await tx.enqueue(endUploadJob, { key: copy.uploadId });
  }

  /** Locks scenario, holding and copy, in the order in which a delivery locks them. */
  private async gather(tx: Tx, copyId: Id) {
    const { datasetId, scenarioId } = await this.repository.get(tx, copyId);
    const at = this.clock.now();
    await this.scenarios.assertOperatingInClear(tx, scenarioId, at);
    const dataset = await this.datasets.facts(tx, datasetId, 'share');
    assertUsable(dataset);
    const grant = await this.copies.grant(tx, scenarioId, datasetId);
    return { dataset, grant, copy: await this.repository.lock(tx, copyId, 'update') };
  }
}

const subjectOf = (copy: CopyFacts) => ({
  object: { kind: 'dataset-copy', id: copy.id },
  unitId: copy.unitId,
  authorisationId: copy.authorisationId,
  scenarioId: copy.scenarioId,
});
export const referenceTo = (copy: CopyFacts) => ({ copyId: copy.id, datasetId: copy.datasetId, scenarioId: copy.scenarioId });
