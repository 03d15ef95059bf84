import { assertSees, personOf, Standings } from '#identity';
import { type ActContext, type Id, newId } from '#kernel';
import { type JournalFact, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { grantShrunk } from '../contract.js';
import type { DataRequestsQuery } from '../contract.js';
import { assertUnit, assertUnitOrAuthority } from '../domain/acting.js';
import { slotsInOrder } from '../domain/approval.js';
import { itemDigest } from '../domain/data-request.js';
import { assertFieldsNamed, decideGrant, decideItemEnd, decideRequestSubmission } from '../domain/data-request-decisions.js';
import { valueOf } from '../domain/jurisdictions/resolve.js';
import { refuse } from '../domain/refusals.js';
import { assertUsable } from '../domain/scenario.js';
import type {
  CreateDataRequest,
  DataRequestSummary,
  ItemBallot,
  RequestItem,
  ReviseDataRequest,
} from '../domain/messages/data-requests.messages.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { DataRequestsRepository } from '../persistence/data-requests.repository.js';
import type { DataRequestItemRow, DataRequestRow } from '../persistence/request.entities.js';
import { ConsentsRepository, ScenariosRepository } from '../persistence/scenarios.repository.js';
import { type DataRequestAnswer, DataRequestViews, requestSummary } from './data-request-views.js';
import { ofDataRequest } from './journalled.js';
import { RequestFactsGatherer } from './request-facts.js';
import { Reviews } from './reviews.js';
import { StageBodies } from './stage-bodies.js';

/** What a unit asks for, item by item, and how it is granted (REQ-01..11). */
@Injectable()
export class DataRequestActs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DataRequestsRepository,
    private readonly scenarios: ScenariosRepository,
    private readonly authorisations: AuthorisationsRepository,
    private readonly consents: ConsentsRepository,
    private readonly gatherer: RequestFactsGatherer,
    private readonly reviews: Reviews,
    private readonly bodies: StageBodies,
    private readonly views: DataRequestViews,
    private readonly standings: Standings,
  ) {}

  create(ctx: ActContext, input: z.output<typeof CreateDataRequest>): Promise<DataRequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { authorisationId } = await this.scenarios.get(tx, input.scenarioId);
      const authorisation = await this.authorisations.lock(tx, authorisationId, 'share');
      const scenario = await this.scenarios.lock(tx, input.scenarioId, 'share');
      assertSees(ctx.actor, scenario, ctx.at, refuse('scenario.not-found', { id: scenario.id }));
      assertUnit(ctx.actor, scenario.unitId);
      assertUsable(scenario, authorisation);
      if (input.externalReference !== null && (await this.repository.byReference(tx, input.externalReference)))
        throw refuse('data-request.reference-used', { reference: input.externalReference });
      const request = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        authorisationId: scenario.authorisationId,
        scenarioId: scenario.id,
        unitId: scenario.unitId,
        authorityId: scenario.authorityId,
        requesterId: personOf(ctx.actor).personId,
        revision: 1,
        externalReference: input.externalReference,
        industryOpinion: input.industryOpinion,
      });
      await this.addItems(tx, request, input.items);
      await tx.record(ofDataRequest(tx, request));
      return this.views.view(tx, request);
    });
  }

  /** Files the list and opens one review an item, with the profile's parties in their order (REQ-03). */
  submit(ctx: ActContext, id: Id): Promise<DataRequestAnswer> {
    return this.change(ctx, id, async (tx, request) => {
      assertUnit(ctx.actor, request.unitId);
      const list = await this.repository.itemsOf(tx, id);
      const drafts = list.filter((item) => item.state === 'draft' && item.sinceRevision === request.revision);
      const facts = await this.gatherer.facts(tx, request, drafts);
      decideRequestSubmission(request, drafts, facts);
      const parties = valueOf(facts.profile, 'dataRequestParties');
      const bodies = await this.bodies.required(tx, request.authorityId, parties, ['authority', 'provider']);
      for (const item of drafts) {
        const submitted = await this.repository.moveItem(tx, item, { state: 'submitted' });
        await this.repository.moveItem(tx, submitted, { state: 'approving' });
        await this.reviews.open(tx, {
          ownerId: id,
          subject: { kind: 'data-request-item', id: item.id, version: item.sinceRevision, digest: itemDigest(request, list, item) },
          slots: slotsInOrder(
            parties.map((party) => ({ key: party, party })),
            { ...bodies, authority: request.authorityId, provider: item.providerId },
          ),
          requesterId: request.requesterId,
          requesterOrganisationIds: [request.unitId],
        });
      }
      return { details: { revision: request.revision, items: drafts.map((item) => item.id) } };
    });
  }

  vote(ctx: ActContext, id: Id, itemId: Id, ballot: z.output<typeof ItemBallot>): Promise<DataRequestAnswer> {
    return this.change(ctx, id, async (tx, request) => {
      const list = await this.repository.itemsOf(tx, id);
      const item = await this.item(tx, request, itemId);
      const facts = await this.gatherer.facts(tx, request, [item]);
      const subject = { kind: 'data-request-item', id: itemId } as const;
      const approval = await this.reviews.cast(tx, subject, ballot, itemDigest(request, list, item), partiesOf(request, item));
      if (approval.state === 'rejected')
        await this.repository.moveItem(tx, item, decideItemEnd(item, ballot.forCorrection ? 'returned' : 'rejected', ballot.reasons));
      if (approval.state === 'approved') {
        const consents = await this.consents.ofScenario(tx, request.scenarioId);
        const { state, open, withheld } = decideGrant(request, item, { ...facts, approval, consents, items: list }, ctx.at);
        await this.repository.moveItem(tx, item, { state, grant: { open, withheld } });
      }
      return { details: { itemId, verdict: ballot.verdict, digest: ballot.digest, review: approval.state } };
    });
  }

  /** A new revision of the list: every vote on the one before is void, and what was granted stays granted (REQ-03). */
  revise(ctx: ActContext, id: Id, input: z.output<typeof ReviseDataRequest>): Promise<DataRequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const request = await this.load(tx, ctx, id);
      assertUnit(ctx.actor, request.unitId);
      for (const item of await this.repository.itemsOf(tx, id)) {
        if (item.state !== 'approving') continue;
        await this.repository.moveItem(tx, item, decideItemEnd(item, 'returned', 'revised'));
        await this.reviews.void(tx, 'data-request-item', item.id);
      }
      const next = await this.repository.update(tx, request, { revision: request.revision + 1, requesterId: personOf(ctx.actor).personId });
      await this.addItems(tx, next, input.items);
      await tx.record(ofDataRequest(tx, next, { before: request }));
      return this.views.view(tx, next);
    });
  }

  /** Ends a grant; what was copied for it is destroyed downstream. */
  withdraw(ctx: ActContext, id: Id, itemId: Id, reasons: string): Promise<DataRequestAnswer> {
    return this.change(ctx, id, async (tx, request) => {
      const item = await this.item(tx, request, itemId);
      const asProvider = await this.standings.of(tx, item.providerId, partiesOf(request, item));
      if (asProvider === undefined) assertUnitOrAuthority(ctx.actor, request.authorityId, request.unitId);
      await this.repository.moveItem(tx, item, decideItemEnd(item, 'withdrawn', reasons));
      const { scenarioId, authorisationId, unitId } = request;
      await tx.publish(grantShrunk, item.id, { scenarioId, authorisationId, unitId });
      return { details: { itemId }, reasons: [reasons] };
    });
  }

  list(
    ctx: ActContext,
    query: z.output<typeof DataRequestsQuery>,
  ): Promise<{ items: z.input<typeof DataRequestSummary>[]; next: string | null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, { scenarioId: query.scenarioId }, query);
      return { items: page.items.map(requestSummary), next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<DataRequestAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const request = await this.repository.get(tx, id);
      await this.views.assertVisible(tx, request);
      return this.views.view(tx, request);
    });
  }

  private async addItems(tx: Tx, request: DataRequestRow, items: readonly z.output<typeof RequestItem>[]): Promise<void> {
    for (const [place, item] of items.entries()) {
      assertFieldsNamed(item);
      await this.repository.insertItem(tx, {
        id: newId(Date.parse(tx.context.at)),
        requestId: request.id,
        sinceRevision: request.revision,
        position: place + 1,
        authorisationId: request.authorisationId,
        scenarioId: request.scenarioId,
        unitId: request.unitId,
        state: 'draft',
        ...item,
        upperConsents: Object.fromEntries(Object.entries(item.upperConsents)),
        reasons: null,
        grant: null,
      });
    }
  }

  private async item(tx: Tx, request: DataRequestRow, itemId: Id): Promise<DataRequestItemRow> {
    const item = await this.repository.lockItem(tx, itemId);
    if (item.requestId !== request.id) throw refuse('data-request.item-not-found', { id: itemId });
    return item;
  }

  /** Locks authorisation, scenario, request: the order in which everyone does. */
  private async load(tx: Tx, ctx: ActContext, id: Id): Promise<DataRequestRow> {
    const { authorisationId, scenarioId } = await this.repository.get(tx, id);
    await this.authorisations.lock(tx, authorisationId, 'share');
    await this.scenarios.lock(tx, scenarioId, 'share');
    const request = await this.repository.lock(tx, id);
    await this.views.assertVisible(tx, request);
    return request;
  }

  private change(
    ctx: ActContext,
    id: Id,
    apply: (tx: Tx, request: DataRequestRow) => Promise<Partial<JournalFact>>,
  ): Promise<DataRequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const request = await this.load(tx, ctx, id);
      const fact = await apply(tx, request);
      const next = await this.repository.update(tx, request, {});
      await tx.record(ofDataRequest(tx, next, fact));
      return this.views.view(tx, next);
    });
  }
}

const partiesOf = ({ unitId, authorityId }: DataRequestRow, { providerId, datasetId }: DataRequestItemRow) => ({
  unitId,
  authorityId,
  providerId,
  datasetId,
});
