import { belongsTo, holdsRole, newId } from '#kernel';
import type { ActContext, Actor, Grant, Id } from '#kernel';
import { Organisations, personOf, Standings } from '#identity';
import { UnitOfWork } from '#platform/database';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ApproveFields, DecideFields, FreezeDataset, RegisterDataset, ThawDataset } from '../contract.js';
import { decideFields, decideFreeze, decideProposal, decideRegistration, decideThaw } from '../domain/dataset.js';
import type { Dataset } from '../domain/dataset.js';
import type { Field } from '../domain/field.js';
import { DatasetsRepository } from '../persistence/datasets.repository.js';
import type { DatasetRow } from '../persistence/entities.js';
import { refuse } from '../domain/refusals.js';

/** A holding with the version that `If-Match` compares. */
export type DatasetFacts = Dataset & { readonly version: number; readonly createdAt: string };

@Injectable()
export class Datasets {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DatasetsRepository,
    private readonly organisations: Organisations,
    private readonly standings: Standings,
  ) {}

  register(ctx: ActContext, input: z.output<typeof RegisterDataset>): Promise<DatasetFacts> {
    const person = personOf(ctx.actor);
    return this.unitOfWork.run(ctx, async (tx) => {
      const { holderId, managerId, userId, operatorId } = input.custody;
      for (const id of [holderId, managerId, userId, operatorId]) if (id !== null) await this.organisations.get(tx, id);
      const dataset = decideRegistration(newId(), { ...input, providerId: person.organisationId });
      const row = await this.repository.insert(tx, { ...dataset, createdAt: ctx.at });
      await this.keep(tx, row, { decidedBy: person.personId, approvedBy: null, reason: '' });
      await this.record(tx, 'dataset.registered', row, { fields: row.fields.length, grade: row.grade });
      return row;
    });
  }

  /** Takes the list, or keeps it until the authority agrees to what it lowers (CLS-01). */
  decideFields(ctx: ActContext, id: Id, input: z.output<typeof DecideFields>): Promise<DatasetFacts> {
    return this.change(ctx, id, 'dataset.fields-decided', async (tx, row) => {
      assertProvider(ctx.actor, row);
      const { personId } = personOf(ctx.actor);
      const decided = { personId, at: ctx.at, reason: input.reason };
      const change = decideFields(row, input.fields, decided, await this.repository.versions(tx, id));
      const next = await this.repository.update(tx, row, change);
      if (change.fields !== undefined) await this.keep(tx, next, { decidedBy: personId, approvedBy: null, reason: input.reason });
      return next;
    });
  }

  approveFields(ctx: ActContext, id: Id, input: z.output<typeof ApproveFields>): Promise<DatasetFacts> {
    return this.change(ctx, id, 'dataset.fields-approved', async (tx, row) => {
      const person = await this.standings.acting(tx);
      this.assertAuthority(person, row);
      if (belongsTo(person, row.providerId)) throw refuse('dataset.own-proposal', { id });
      const { proposal } = row;
      const change = decideProposal(row, input.digest as `sha256:${string}`, person.personId);
      if (proposal !== null) await this.standings.assertStands(tx, proposal.proposedBy, (grant) => providesBy(grant, row));
      const next = await this.repository.update(tx, row, change);
      const decision = { decidedBy: proposal?.proposedBy ?? person.personId, approvedBy: person.personId, reason: proposal?.reason ?? '' };
      await this.keep(tx, next, decision);
      return next;
    });
  }

  /** One command: nothing of it is delivered, read or run from here on (CLS-03). */
  freeze(ctx: ActContext, id: Id, input: z.output<typeof FreezeDataset>): Promise<DatasetFacts> {
    return this.change(ctx, id, 'dataset.frozen', async (tx, row) => {
      if (!holdsRole(ctx.actor, 'security-admin')) {
        if (holdsRole(ctx.actor, 'authority')) this.assertAuthority(ctx.actor, row);
        else assertProvider(ctx.actor, row);
      }
      const next = await this.repository.move(tx, row, decideFreeze(row, input.marking, input.reason));
      return next;
    });
  }

  thaw(ctx: ActContext, id: Id, input: z.output<typeof ThawDataset>): Promise<DatasetFacts> {
    return this.change(ctx, id, 'dataset.thawed', async (tx, row) => {
      this.assertAuthority(ctx.actor, row);
      const next = await this.repository.move(tx, row, decideThaw(row, input.reason));
      return next;
    });
  }

  /** The catalogue: what a holding is, never what is in it. Whoever signed in may read it, since requests name its fields. */
  list(ctx: ActContext, providerId: Id | undefined, request: PageRequest): Promise<Page<DatasetFacts>> {
    return this.unitOfWork.read(ctx, (tx) => this.repository.page(tx, providerId, request));
  }

  read(ctx: ActContext, id: Id): Promise<DatasetFacts> {
    return this.unitOfWork.read(ctx, (tx) => this.repository.get(tx, id));
  }

  /** For other contexts, in their transaction. @throws Refusal `dataset.not-found`. */
  facts(tx: Tx, id: Id, lock?: 'share' | 'update'): Promise<DatasetFacts> {
    return lock === undefined ? this.repository.get(tx, id) : this.repository.lock(tx, id, lock);
  }

  fieldsAt(tx: Tx, id: Id, fieldsVersion: number): Promise<readonly Field[]> {
    return this.repository.fieldsAt(tx, id, fieldsVersion);
  }

  /** @throws Refusal `dataset.not-the-authority` for the authority of another region (ADM-03). */
  private assertAuthority(actor: Actor, { id, providerId }: DatasetRow): void {
    if (!this.organisations.answersTo(providerId, actor)) throw refuse('dataset.not-the-authority', { id });
  }

  private change(ctx: ActContext, id: Id, action: string, apply: (tx: Tx, row: DatasetRow) => Promise<DatasetRow>): Promise<DatasetFacts> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const before = await this.repository.lock(tx, id, 'update');
      const after = await apply(tx, before);
      await this.record(tx, action, after, { fieldsVersion: after.fieldsVersion, lowered: after.proposal?.lowered.length ?? 0 }, before);
      return after;
    });
  }

  private keep(tx: Tx, row: DatasetRow, decision: Decision): Promise<void> {
    const { id: datasetId, fieldsVersion, fields } = row;
    return this.repository.keepFields(tx, { datasetId, fieldsVersion, fields, ...decision, decidedAt: tx.context.at });
  }

  private async record(
    tx: Tx,
    action: string,
    after: DatasetRow,
    details: Record<string, number | string>,
    before?: DatasetRow,
  ): Promise<void> {
    const object = { kind: 'dataset', id: after.id };
    await tx.record({ action, object, after, details, ...(before === undefined ? {} : { before }) });
  }
}

interface Decision {
  readonly decidedBy: Id;
  readonly approvedBy: Id | null;
  readonly reason: string;
}

/** Acts of the provider: its own people, or who was charged with this one dataset. @throws Refusal `dataset.not-the-provider`. */
export function assertProvider(actor: Actor, dataset: Pick<Dataset, 'id' | 'providerId'>): void {
  if (actor.kind === 'system') return;
  if (!actor.grants.some((grant) => providesBy(grant, dataset))) throw refuse('dataset.not-the-provider', { id: dataset.id });
}

const providesBy = ({ role, scope }: Pick<Grant, 'role' | 'scope'>, dataset: Pick<Dataset, 'id' | 'providerId'>): boolean =>
  role === 'provider' &&
  ((scope.kind === 'unit' && scope.organisationId === dataset.providerId) || (scope.kind === 'dataset' && scope.datasetId === dataset.id));
