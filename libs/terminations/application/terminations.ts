import { Standings } from '#identity';
import { Domains } from '#domains';
import { Scenarios } from '#authorisations';
import { type ActContext, assertSees, holdsRole, type Id, personOf, type SignedDocument } from '#kernel';
import { type Page, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { DecideExits, InventoryView, TerminationDetail, TerminationsQuery, TerminationView } from '../contract.js';
import { assertNoneFell, confirm, type Confirmation, type ConfirmingRole } from '../domain/confirmations.js';
import { decideExit, hasLeft } from '../domain/exits.js';
import { decideDestruction } from '../domain/termination-decisions.js';
import { standingHolds } from '../domain/legal-hold.js';
import type { ExitRow, TerminationRow } from '../persistence/entities.js';
import { LegalHoldsRepository } from '../persistence/legal-holds.repository.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { Artefacts } from './artefacts.js';
import { recordStep } from './case-journal.js';
import { exitView, partiesOf, terminationView } from './termination-views.js';
import { proceedJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type TerminationAnswer = z.output<typeof TerminationView>;

interface Confirming {
  readonly personId: Id;
  readonly organisationIds: readonly Id[];
}

/** What people do with an open case, and what they see of it. */
@Injectable()
export class Terminations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
    private readonly holds: LegalHoldsRepository,
    private readonly domains: Domains,
    private readonly scenarios: Scenarios,
    private readonly artefacts: Artefacts,
    private readonly standings: Standings,
  ) {}

  /** One person's yes to the destruction, in the role that is still missing (DEST-04). */
  confirm(ctx: ActContext, id: Id): Promise<TerminationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      const person = await this.standings.acting(tx);
      const role: ConfirmingRole = holdsRole(person, 'security-admin') ? 'security-admin' : 'authority';
      const grant = person.grants.find((one) => one.role === role);
      assertSees(person, row, ctx.at, refuse('termination.not-found', { id }));
      const { personId } = person;
      await this.assertOtherOrganisation(tx, row, person, role);
      const given = { role, personId, at: ctx.at };
      const confirmations = [...confirm(row.confirmations, given, await this.fallen(tx, row))];
      const next = await this.repository.update(tx, row, { confirmations });
      await tx.record({
        action: 'termination.confirmed',
        object: { kind: 'termination', id },
        ...partiesOf(row),
        details: { role, grantId: grant?.id ?? null },
      });
      return terminationView(next, ctx.at);
    });
  }

  /** Decides what becomes of items: release by export review, transfer, or destroy (TERM-07). @throws Refusal `termination.exit-unknown`. */
  decideExits(ctx: ActContext, id: Id, input: z.output<typeof DecideExits>): Promise<TerminationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      const listed = await this.repository.exitsOf(tx, id);
      const { personId } = personOf(ctx.actor);
      for (const { kind, ref, decision, carriedBy } of input.items) {
        const item = listed.find((candidate) => candidate.kind === kind && candidate.ref === ref);
        if (item === undefined) throw refuse('termination.exit-unknown', { kind, ref });
        const next = decideExit(item, decision, personId, ctx.at, carriedBy);
        await this.repository.saveExit(tx, item, next);
      }
      const items = input.items.map(({ kind, ref, decision, carriedBy }) => ({ kind, ref, decision, carriedBy }));
      await tx.record({ action: 'termination.exit-decided', object: { kind: 'termination', id }, ...partiesOf(row), details: { items } });
      await tx.enqueue(proceedJob, { key: id });
      return terminationView(row, ctx.at);
    });
  }

  /** Orders the destruction. Nothing is destroyed that is not sealed, confirmed by two, free of holds and left by what may leave. */
  destroy(ctx: ActContext, id: Id): Promise<TerminationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.locked(tx, id);
      assertNoneFell(await this.fallen(tx, row));
      await this.assertExitsStand(tx, row);
      const next = await this.beginDestruction(tx, row);
      await tx.record({ action: 'termination.destruction-ordered', object: { kind: 'termination', id }, ...partiesOf(row) });
      return terminationView(next, ctx.at);
    });
  }

  /** Confirmations by people who could not give them now. */
  private async fallen(tx: Tx, row: TerminationRow): Promise<Confirmation[]> {
    const gone: Confirmation[] = [];
    for (const one of row.confirmations) if (!(await this.standsAs(tx, one.personId, one.role, row))) gone.push(one);
    return gone;
  }

  /** @throws Refusal `termination.same-organisation`: two people of one organisation are not two who agree. */
  private async assertOtherOrganisation(tx: Tx, row: TerminationRow, person: Confirming, as: ConfirmingRole): Promise<void> {
    for (const { personId, role } of row.confirmations) {
      const { organisationIds } = await this.standings.entitled(tx, personId);
      if (role !== as && personId !== person.personId && organisationIds.some((id) => person.organisationIds.includes(id)))
        throw refuse('termination.same-organisation');
    }
  }

  /** @throws Refusal `termination.exit-decision-fell` for what a locked or former officer decided and nobody carried out yet. */
  private async assertExitsStand(tx: Tx, row: TerminationRow): Promise<void> {
    const decided = (await this.repository.exitsOf(tx, row.id)).filter(({ carriedOut }) => !carriedOut);
    const standing = new Map<Id, boolean>();
    for (const { decidedBy } of decided)
      if (decidedBy !== null && !standing.has(decidedBy)) standing.set(decidedBy, await this.standsAs(tx, decidedBy, 'authority', row));
    const items = decided.filter(({ decidedBy }) => decidedBy !== null && standing.get(decidedBy) === false);
    if (items.length > 0) throw refuse('termination.exit-decision-fell', { items: items.map(({ kind, ref }) => `${kind} ${ref}`) });
  }

  private standsAs(tx: Tx, personId: Id, as: ConfirmingRole, { authorityId }: TerminationRow): Promise<boolean> {
    return this.standings.stands(
      tx,
      personId,
      ({ role, scope }, { regions }) =>
        role === as && (as !== 'authority' || (scope.kind === 'region' && (regions[scope.authorityId] ?? []).includes(authorityId))),
    );
  }

  /** Also when a pending destruction is taken up again. */
  async beginDestruction(tx: Tx, row: TerminationRow): Promise<TerminationRow> {
    const { at } = tx.context;
    const exits = await this.carriedOut(tx, row);
    const holds = await this.holds.naming(tx, row);
    const change = decideDestruction({ termination: row, exits, holds, sealed: await this.isSealed(tx, row) }, at);
    if (row.domainId !== null && row.scope.kind === 'authorisation') await this.domains.beginDestruction(tx, row.domainId);
    const next = await this.repository.move(tx, row, { state: change.to, retryAt: null });
    await recordStep(tx, row, change);
    await tx.enqueue(proceedJob, { key: row.id });
    return next;
  }

  list(ctx: ActContext, query: z.output<typeof TerminationsQuery>): Promise<Page<TerminationAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const { authorisationId, state } = query;
      const page = await this.repository.page(tx, { authorisationId, state }, query);
      return { items: page.items.map((row) => terminationView(row, ctx.at)), next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<z.input<typeof TerminationDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.visible(tx, id);
      const exits = await this.repository.exitsOf(tx, id);
      const holds = standingHolds(await this.holds.naming(tx, row), row, ctx.at);
      return { ...terminationView(row, ctx.at), exits: exits.map(exitView), holds: holds.map((hold) => ({ ...hold })) };
    });
  }

  inventory(ctx: ActContext, id: Id): Promise<z.input<typeof InventoryView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const { inventory } = await this.visible(tx, id);
      if (inventory === null) return { takenAt: null, items: [], differences: [], failures: [] };
      const { takenAt, items, differences, failures } = inventory;
      return {
        takenAt,
        items: [...items],
        differences: differences.map((one) => ({ ...one, seenIn: [...one.seenIn], missingFrom: [...one.missingFrom] })),
        failures: [...failures],
      };
    });
  }

  /** @throws Refusal `termination.no-certificate` while the case is not certified. */
  certificate(ctx: ActContext, id: Id): Promise<SignedDocument> {
    return this.conclusion(ctx, id, 'certified', 'termination.no-certificate');
  }

  /** @throws Refusal `termination.no-notice` when the case has no pending notice. */
  notice(ctx: ActContext, id: Id): Promise<SignedDocument> {
    return this.conclusion(ctx, id, 'pending', 'termination.no-notice');
  }

  private conclusion(
    ctx: ActContext,
    id: Id,
    state: 'certified' | 'pending',
    missing: 'termination.no-certificate' | 'termination.no-notice',
  ): Promise<SignedDocument> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.visible(tx, id);
      const wanted = state === 'certified' ? 'opdomain.destruction-certificate/v1' : 'opdomain.pending-notice/v1';
      if (row.conclusion?.document.type !== wanted) throw refuse(missing, { terminationId: id, state: row.state });
      return row.conclusion;
    });
  }

  /** What went through export review since the decision is written down as carried out. */
  private async carriedOut(tx: Tx, row: TerminationRow): Promise<readonly ExitRow[]> {
    const released = await this.artefacts.released(tx, row.authorisationId);
    for (const exit of await this.repository.exitsOf(tx, row.id))
      if (!exit.carriedOut && hasLeft(exit, released)) await this.repository.markCarriedOut(tx, exit);
    return this.repository.exitsOf(tx, row.id);
  }

  /** The domain as a whole, or the one scenario that ends alone. */
  private async isSealed(tx: Tx, row: TerminationRow): Promise<boolean> {
    if (row.scope.kind === 'scenario') return (await this.scenarios.facts(tx, row.scope.scenarioId, 'share')).state === 'ended';
    if (row.domainId === null) return true;
    const { state } = await this.domains.facts(tx, { domainId: row.domainId }, 'update');
    return state === 'sealed' || state === 'destroying';
  }

  private async locked(tx: Tx, id: Id): Promise<TerminationRow> {
    await this.visible(tx, id);
    return this.repository.lock(tx, id);
  }

  private async visible(tx: Tx, id: Id): Promise<TerminationRow> {
    const row = await this.repository.get(tx, id);
    assertSees(
      tx.context.actor,
      { unitId: row.unitId, authorityId: row.authorityId },
      tx.context.at,
      refuse('termination.not-found', { id }),
    );
    return row;
  }
}
