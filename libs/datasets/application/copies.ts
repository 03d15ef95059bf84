import { newId } from '#kernel';
import type { ActContext, Id, Instant } from '#kernel';
import { assertSees, personOf } from '#identity';
import { DataRequests, Scenarios } from '#authorisations';
import { UnitOfWork } from '#platform/database';
import type { Page, PageRequest, Tx } from '#platform/database';
import { withWait, withWaits, type Waits } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { DeliverCopy } from '../contract.js';
import { assertUsable } from '../domain/dataset.js';
import { fileOf } from '../domain/dataset-copy.js';
import type { CopyFile, DatasetCopy } from '../domain/dataset-copy.js';
import { releasesOf, type Field, type Releases } from '../domain/field.js';
import { grantOf } from '../domain/grant.js';
import type { Grant } from '../domain/grant.js';
import { CopiesRepository } from '../persistence/copies.repository.js';
import type { BadRow } from '../persistence/copies.repository.js';
import { assertProvider, Datasets } from './datasets.js';
import type { DatasetFacts } from './datasets.js';
import { Uploads } from './uploads.js';
import { importJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

export type CopyFacts = DatasetCopy & { readonly version: number };
/** A copy with what its import waits for. */
export type WaitingCopy = CopyFacts & { readonly waits: Waits | null };

/** A ready copy as a run may read it: where its file lies, and what each of its columns is. */
export interface ReadableCopy {
  readonly copy: CopyFacts;
  readonly dataset: DatasetFacts;
  readonly file: CopyFile;
  /** The fields of the file's columns, in their order, as the provider decided them for this copy. */
  readonly fields: readonly Field[];
  /** What may leave of them: what the provider said at the delivery, and what it says today. */
  readonly releases: Releases;
  /** What the scenario may have of it today: fewer columns than the file holds, where a grant was withdrawn since. */
  readonly grant: Grant;
}

@Injectable()
export class Copies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: CopiesRepository,
    private readonly datasets: Datasets,
    private readonly uploads: Uploads,
    private readonly scenarios: Scenarios,
    private readonly dataRequests: DataRequests,
  ) {}

  /** Hands an uploaded file over to a scenario that was granted the dataset; it is imported by the worker. */
  deliver(ctx: ActContext, input: z.output<typeof DeliverCopy>): Promise<CopyFacts> {
    const person = personOf(ctx.actor);
    return this.unitOfWork.run(ctx, async (tx) => {
      assertProvider(ctx.actor, await this.datasets.facts(tx, input.datasetId));
      const { scenario } = await this.scenarios.assertOperatingInClear(tx, input.scenarioId, ctx.at);
      const dataset = await this.datasets.facts(tx, input.datasetId, 'share');
      assertUsable(dataset);
      await this.grant(tx, input.scenarioId, dataset.id);
      const id = newId();
      await this.uploads.claim(tx, input.uploadId, person.organisationId, id);
      const { authorisationId, unitId, authorityId } = scenario;
      const copy = await this.repository.insert(tx, {
        id,
        createdAt: ctx.at,
        state: 'received',
        datasetId: dataset.id,
        edition: dataset.edition,
        fieldsVersion: dataset.fieldsVersion,
        scenarioId: scenario.id,
        authorisationId,
        unitId,
        authorityId,
        providerId: dataset.providerId,
        deliveredBy: person.personId,
        uploadId: input.uploadId,
        format: input.format,
        maxBadShare: input.maxBadShare,
        source: null,
        counts: null,
        leftOut: [],
        file: null,
        failure: null,
        readyAt: null,
        destroyedAt: null,
      });
      const object = { kind: 'dataset-copy', id };
      await tx.record({
        action: 'dataset-copy.delivered',
        object,
        unitId,
        authorisationId,
        scenarioId: scenario.id,
        details: { datasetId: dataset.id },
      });
      await tx.enqueue(importJob, { key: id, unitId, scenarioId: scenario.id });
      return copy;
    });
  }

  list(
    ctx: ActContext,
    where: { scenarioId?: Id | undefined; datasetId?: Id | undefined },
    request: PageRequest,
  ): Promise<Page<WaitingCopy>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, where, request);
      return { items: await withWaits(tx, page.items, (copy) => copy), next: page.next };
    });
  }

  /** @throws Refusal `dataset-copy.not-found`, also for another unit's (ISO-02). */
  read(ctx: ActContext, id: Id): Promise<WaitingCopy> {
    return this.unitOfWork.read(ctx, async (tx) => withWait(tx, await this.seen(tx, ctx, id), (copy) => copy));
  }

  /** Lines and reasons, never values. */
  badRows(ctx: ActContext, id: Id, request: PageRequest): Promise<{ items: BadRow[]; next: string | null; total: number }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const copy = await this.seen(tx, ctx, id);
      const page = await this.repository.badRows(tx, id, request);
      return { items: [...page.items], next: page.next, total: copy.counts?.bad ?? 0 };
    });
  }

  /** For other contexts, in their transaction. @throws Refusal `dataset-copy.not-found`. */
  facts(tx: Tx, id: Id, lock?: 'share' | 'update'): Promise<CopyFacts> {
    return lock === undefined ? this.repository.get(tx, id) : this.repository.lock(tx, id, lock);
  }

  ofScenario(tx: Tx, scenarioId: Id): Promise<CopyFacts[]> {
    return this.repository.ofScenario(tx, scenarioId);
  }

  ofAuthorisation(tx: Tx, authorisationId: Id): Promise<CopyFacts[]> {
    return this.repository.ofAuthorisation(tx, authorisationId);
  }

  /**
   * What every run that reads a copy asks first, and again before it publishes. Locks scenario, holding and copy (share), in this order.
   * @throws Refusal of `Scenarios.assertOperatingInClear`, `dataset.frozen`, `dataset-copy.not-ready`, `dataset-copy.not-granted`.
   */
  async assertReadable(tx: Tx, id: Id, at: Instant): Promise<ReadableCopy> {
    const { scenarioId, datasetId, fieldsVersion } = await this.repository.get(tx, id);
    await this.scenarios.assertOperatingInClear(tx, scenarioId, at);
    const dataset = await this.datasets.facts(tx, datasetId, 'share');
    assertUsable(dataset);
    const copy = await this.repository.lock(tx, id, 'share');
    const file = fileOf(copy);
    const grant = await this.grant(tx, scenarioId, datasetId);
    const delivered = await this.datasets.fieldsAt(tx, datasetId, fieldsVersion);
    const decided = new Map(delivered.map((field) => [field.name, field]));
    const fields = file.columns.flatMap(({ name }) => decided.get(name) ?? []);
    return { copy, dataset, file, fields, releases: releasesOf(delivered, dataset.fields), grant };
  }

  /** Whether a copy is a list that anybody may have, by its provider and the authority: nothing about it is to be kept from leaving. */
  async isList(tx: Tx, { datasetId, fieldsVersion }: Pick<CopyFacts, 'datasetId' | 'fieldsVersion'>): Promise<boolean> {
    const delivered = await this.datasets.fieldsAt(tx, datasetId, fieldsVersion);
    return releasesOf(delivered, (await this.datasets.facts(tx, datasetId)).fields).isList;
  }

  /** @throws Refusal `dataset-copy.not-granted`. */
  async grant(tx: Tx, scenarioId: Id, datasetId: Id): Promise<Grant> {
    const items = await this.dataRequests.inForceItems(tx, scenarioId, datasetId, 'share');
    return grantOf(items, { scenarioId, datasetId });
  }

  private async seen(tx: Tx, ctx: ActContext, id: Id): Promise<CopyFacts> {
    const copy = await this.repository.get(tx, id);
    const { unitId, authorityId, providerId, datasetId } = copy;
    assertSees(ctx.actor, { unitId, authorityId, providerId, datasetId }, ctx.at, refuse('dataset-copy.not-found', { id }));
    return copy;
  }
}
