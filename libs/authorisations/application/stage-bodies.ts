import { Organisations, Standings, personOf } from '#identity';
import { type ActContext, type Id, dayOf, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Bodies, PartyRole } from '../domain/parties.js';
import { refuse } from '../domain/refusals.js';
import {
  checkBody,
  decideBodyConfirmation,
  decideBodyEnd,
  decideBodyEndConfirmation,
  nearestBodies,
  requiredBodies,
} from '../domain/stage-body.js';
import type { BodiesQuery } from '../contract.js';
import type { ProposeBody, StageBodyView } from '../domain/messages/stage-bodies.messages.js';
import type { StageBodyRow } from '../persistence/review.entities.js';
import { StageBodiesRepository } from '../persistence/stage-bodies.repository.js';
import { oneAfterTheOther } from '../persistence/confirmations.js';
import { Jurisdictions } from './jurisdictions.js';

type BodyAnswer = z.input<typeof StageBodyView>;
type Subject = Pick<StageBodyRow, 'authorityId' | 'party' | 'organisationId'>;

/** The register of bodies: the security administrator and the platform administrator say together which organisation is which body. */
@Injectable()
export class StageBodies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: StageBodiesRepository,
    private readonly organisations: Organisations,
    private readonly jurisdictions: Jurisdictions,
    private readonly standings: Standings,
  ) {}

  propose(ctx: ActContext, input: z.output<typeof ProposeBody>): Promise<BodyAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.check(tx, input);
      const row = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        state: 'proposed',
        ...input,
        proposedBy: personOf(ctx.actor).personId,
        confirmedBy: null,
        from: null,
        until: null,
        endProposedBy: null,
        endedBy: null,
        reason: null,
      });
      return this.recorded(tx, row);
    });
  }

  /** By the administrator of the other side; everything is asked again. */
  confirm(ctx: ActContext, id: Id): Promise<BodyAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await oneAfterTheOther(tx);
      const row = await this.repository.lock(tx, id);
      const proposer = await this.standings.entitled(tx, row.proposedBy);
      const change = decideBodyConfirmation(row, proposer, await this.standings.acting(tx), ctx.at);
      await this.check(tx, row);
      return this.recorded(tx, await this.repository.apply(tx, row, change), row);
    });
  }

  /** Withdraws what nobody confirmed; of a registered body, proposes the end. */
  end(ctx: ActContext, id: Id, reason: string): Promise<BodyAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      const change = decideBodyEnd(row, personOf(ctx.actor).personId, reason, ctx.at);
      return this.recorded(tx, await this.repository.apply(tx, row, change), row);
    });
  }

  /** By the administrator of the other side than who proposed the end, who must still stand there. */
  confirmEnd(ctx: ActContext, id: Id): Promise<BodyAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      if (row.endProposedBy === null) throw refuse('stage-body.end-not-proposed', { id });
      const proposer = await this.standings.entitled(tx, row.endProposedBy);
      const change = decideBodyEndConfirmation(row, proposer, await this.standings.acting(tx), ctx.at);
      return this.recorded(tx, await this.repository.apply(tx, row, change), row);
    });
  }

  list(ctx: ActContext, query: z.output<typeof BodiesQuery>): Promise<{ items: BodyAnswer[]; next: string | null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, { authorityId: query.authorityId, state: query.state }, query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  /** Every body registered for an authority, its own or those of the authorities above it. */
  async of(tx: Tx, authorityId: Id): Promise<Bodies> {
    const lineage = (await this.organisations.lineage(tx, authorityId)).map(({ id }) => id);
    return nearestBodies(await this.repository.registered(tx, lineage), lineage);
  }

  /**
   * The bodies that judge a matter, for those of its parties that the matter itself does not name.
   * @throws Refusal `stage-body.missing` naming every party that nobody is registered as.
   */
  async required(tx: Tx, authorityId: Id, parties: readonly PartyRole[], named: readonly PartyRole[] = ['authority']): Promise<Bodies> {
    const wanted = parties.filter((party) => !named.includes(party));
    return wanted.length === 0 ? {} : requiredBodies(wanted, await this.of(tx, authorityId), authorityId);
  }

  /** Asked at each vote; the entry is locked, so that it is not ended under the vote. */
  async standsStill(tx: Tx, bodyId: Id): Promise<boolean> {
    return (await this.repository.lock(tx, bodyId, 'share')).state === 'registered';
  }

  /** @throws Refusal `stage-body.not-an-authority`, `stage-body.known` and those of `checkBody`. */
  private async check(tx: Tx, { authorityId, party, organisationId }: Subject): Promise<void> {
    const authority = await this.organisations.get(tx, authorityId);
    if (authority.kind !== 'authority') throw refuse('stage-body.not-an-authority', { kind: authority.kind });
    const { kind } = await this.organisations.get(tx, organisationId);
    const own = await this.repository.registered(tx, [authorityId]);
    if (own.some((body) => body.party === party)) throw refuse('stage-body.known', { party });
    const profile = await this.jurisdictions.profileAt(tx, await this.jurisdictions.profileIdOf(tx, authorityId), dayOf(tx.context.at));
    checkBody({ authorityId, party, organisationId }, kind, profile, await this.of(tx, authorityId));
  }

  private async recorded(tx: Tx, row: StageBodyRow, before?: StageBodyRow): Promise<BodyAnswer> {
    const { id, authorityId, party, organisationId, reason } = row;
    await tx.record({
      action: tx.context.action,
      object: { kind: 'stage-body', id },
      after: row,
      details: { authorityId, party, organisationId },
      ...(before === undefined ? {} : { before }),
      ...(reason === null ? {} : { reasons: [reason] }),
    });
    return viewOf(row);
  }
}

function viewOf(row: StageBodyRow): BodyAnswer {
  const { id, version, state, authorityId, party, organisationId, source, proposedBy, confirmedBy, from, until, reason } = row;
  return {
    ...{ id, version, state, authorityId, organisationId, source, proposedBy, confirmedBy, from, until, reason },
    endProposedBy: row.endProposedBy,
    endedBy: row.endedBy,
    party: party as BodyAnswer['party'],
  };
}
