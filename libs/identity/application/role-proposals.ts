import { addDays, digestOf, newId, personOf, systemAct } from '#kernel';
import type { ActContext, Id, Instant, PermissionScope, Role } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ProposalsQuery, ProposalView, ProposeRole } from '../contract.js';
import { assertMandate, assertMandateRuns, assertNotBackdated } from '../domain/personnel.js';
import { assertMayPropose, decideConfirmation, moveProposal, sideOf, sidesFor } from '../domain/role-proposal.js';
import type { SettledState } from '../domain/role-proposal.states.js';
import { decides } from '../domain/role-rules.js';
import { expireProposal } from '../domain/work.js';
import type { RoleProposalRow } from '../persistence/entities.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { RoleProposalsRepository } from '../persistence/role-proposals.repository.js';
import { Grantable } from './grantable.js';
import { Standings } from './standings.js';
import { refuse } from '../domain/refusals.js';

type Answer = z.input<typeof ProposalView>;
/** Days that a proposal waits for its second person. */
const waits = 14;

/** Roles that decide: one person proposes, another of the other side confirms, and only then is there a grant (design rule 15). */
@Injectable()
export class RoleProposals {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: RoleProposalsRepository,
    private readonly people: PeopleRepository,
    private readonly grantable: Grantable,
    private readonly standings: Standings,
  ) {}

  /** @throws Refusal of `Grantable.assert` and `assertMayPropose`, `identity.one-person-enough`, `identity.backdated`. */
  propose(ctx: ActContext, input: z.output<typeof ProposeRole>): Promise<Answer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { personId, role, scope, until, ends } = input;
      if (!decides(role)) throw refuse('identity.one-person-enough', { role });
      assertNotBackdated(until, ctx.at);
      await this.people.lock(tx, personId, 'update');
      const { organisationId } = ends ? await this.held(tx, personId, role, scope) : await this.grantable.assert(tx, personId, role, scope);
      if (!ends) assertMandate(scope, ctx.at);
      const proposer = await this.standings.acting(tx);
      assertMayPropose(proposer, { personId, role, organisationId }, await this.repository.staffing(tx, organisationId, personId, ctx.at));
      const row = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        state: 'proposed',
        personId,
        role,
        scope,
        until,
        ends,
        organisationId,
        proposedBy: proposer.personId,
        expiresAt: addDays(ctx.at, waits),
        settledBy: null,
        settledAt: null,
        reason: null,
      });
      await this.record(tx, row);
      await tx.enqueue(expireProposal, { key: row.id, dueAt: row.expiresAt });
      return viewOf(row);
    });
  }

  /** Everything is asked again: the person, both people's standing and who else there is. @throws Refusal of `decideConfirmation`. */
  confirm(ctx: ActContext, id: Id): Promise<Answer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      const { personId, role, scope, until, ends, proposedBy, state, expiresAt } = row;
      const person = await this.people.lock(tx, personId, 'update');
      const placed = ends ? await this.held(tx, personId, role, scope) : await this.grantable.assert(tx, personId, role, scope);
      const { organisationId } = placed;
      const proposer = await this.standings.entitled(tx, proposedBy);
      const staffing = await this.repository.staffing(tx, organisationId, personId, ctx.at);
      const proposal = { id, personId, role, scope, until, proposedBy, state, expiresAt, organisationId };
      decideConfirmation(proposal, proposer, await this.standings.acting(tx), staffing, ctx.at);
      assertNotBackdated(until, ctx.at);
      if (!ends) assertMandateRuns(scope, ctx.at);
      const details = { role, scope: { ...scope }, until, proposedBy, proposalId: id };
      if ('grantIds' in placed) {
        await this.people.endGrantsById(tx, placed.grantIds, until ?? ctx.at);
        await tx.bumpEpoch('rights', personId);
        await tx.record({ action: 'person.role-ended', object: { kind: 'person', id: personId }, details });
      } else {
        const { affiliationId } = placed;
        const grantId = newId(Date.parse(ctx.at));
        await this.people.addGrant(tx, { id: grantId, personId, role, scope, affiliationId, proposalId: id, from: ctx.at, until });
        await tx.record({ action: 'person.role-granted', object: { kind: 'person', id: personId }, details: { ...details, grantId } });
      }
      await this.people.touch(tx, person);
      return this.settle(tx, row, 'confirmed', null);
    });
  }

  /** By either side, with a reason. */
  refuse(ctx: ActContext, id: Id, reason: string): Promise<Answer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      const sides = sidesFor(row.role, await this.repository.staffing(tx, row.organisationId, row.personId, ctx.at));
      if (sideOf(await this.standings.acting(tx), sides, row.organisationId) === undefined)
        throw refuse('identity.not-entitled', { sides: [...sides] });
      return this.settle(tx, row, 'refused', reason);
    });
  }

  /** By who proposed it. */
  withdraw(ctx: ActContext, id: Id): Promise<Answer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      if (row.proposedBy !== personOf(ctx.actor).personId) throw refuse('role-proposal.not-found', { id });
      return this.settle(tx, row, 'withdrawn', null);
    });
  }

  /** By the job, when nobody confirmed in time. */
  expire(id: Id, now: Instant, traceparent?: string): Promise<void> {
    return this.unitOfWork.run(systemAct('identity', 'role-proposal.expired', now, traceparent), async (tx) => {
      const row = await this.repository.lock(tx, id);
      if (row.state !== 'proposed') return;
      if (row.expiresAt <= now) await this.settle(tx, row, 'expired', null);
      // Whatever woke it early must not be the last to wake it.
      else await tx.enqueue(expireProposal, { key: id, dueAt: row.expiresAt });
    });
  }

  list(ctx: ActContext, query: z.output<typeof ProposalsQuery>): Promise<Page<Answer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, query.state, query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<Answer> {
    return this.unitOfWork.read(ctx, async (tx) => viewOf(await this.reached(tx, await this.repository.get(tx, id))));
  }

  /** The person's running grants of a role in a scope, which would end. @throws Refusal `identity.role-not-held`. */
  private async held(tx: Tx, personId: Id, role: Role, scope: PermissionScope): Promise<{ grantIds: Id[]; organisationId: Id }> {
    const wanted = digestOf(scope);
    const running = (await this.people.grants(tx, personId)).filter(
      (grant) => grant.role === role && digestOf(grant.scope) === wanted && (grant.until === null || grant.until > tx.context.at),
    );
    const [first] = running;
    if (first === undefined) throw refuse('identity.role-not-held', { role });
    return { grantIds: running.map(({ id }) => id), organisationId: await this.grantable.decidesFor(tx, personId, first) };
  }

  private async locked(tx: Tx, id: Id): Promise<RoleProposalRow> {
    return this.reached(tx, await this.repository.lock(tx, id));
  }

  private async reached(tx: Tx, row: RoleProposalRow): Promise<RoleProposalRow> {
    await this.repository.assertSees(tx, row);
    return row;
  }

  private async settle(tx: Tx, row: RoleProposalRow, to: SettledState, reason: string | null): Promise<Answer> {
    const { actor, at } = tx.context;
    const settledBy = actor.kind === 'person' ? actor.personId : null;
    const next = await this.repository.move(tx, row, { ...moveProposal(row, to, at), settledBy, settledAt: at, reason });
    await this.record(tx, next, row);
    return viewOf(next);
  }

  private async record(tx: Tx, row: RoleProposalRow, before?: RoleProposalRow): Promise<void> {
    const { id, personId, role, scope, until, ends, reason } = row;
    await tx.record({
      action: tx.context.action,
      object: { kind: 'role-proposal', id },
      after: row,
      details: { personId, role, scope: { ...scope }, until, ends },
      ...(before === undefined ? {} : { before }),
      ...(reason === null ? {} : { reasons: [reason] }),
    });
  }
}

function viewOf(row: RoleProposalRow): Answer {
  const { id, version, state, personId, role, scope, until, ends, organisationId, proposedBy, expiresAt, settledBy, settledAt, reason } =
    row;
  return { id, version, state, personId, role, scope, until, ends, organisationId, proposedBy, expiresAt, settledBy, settledAt, reason };
}
