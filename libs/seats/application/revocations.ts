import { type ActContext, type Id, type SignedDocument } from '#kernel';
import { PersonLocks } from '#identity';
import { type Page, type PageRequest, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { RevocationsQuery, RevocationView, RevokeSeat } from '../contract.js';
import { decideRevocation } from '../domain/seat-decisions.js';
import type { RevocationRow, SeatRow } from '../persistence/entities.js';
import { RevocationsRepository } from '../persistence/revocations.repository.js';
import { SeatsRepository, type SeatScope } from '../persistence/seats.repository.js';
import { revocationParties, SeatChanges } from './seat-changes.js';
import { revocationView } from './seat-views.js';
import { refuse } from '../domain/refusals.js';

type RevocationAnswer = z.output<typeof RevocationView>;

/** An order to take back everything of a scope, for the contexts downstream. */
export interface RevokeAll {
  readonly scope: SeatScope;
  readonly ground: string;
  readonly caseId: Id;
  readonly parties: { readonly unitId: Id; readonly authorityId: Id; readonly authorisationId: Id; readonly scenarioId: Id | null };
}

@Injectable()
export class Revocations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly revocations: RevocationsRepository,
    private readonly changes: SeatChanges,
    private readonly locks: PersonLocks,
  ) {}

  /** One command: from its commit the seat works nowhere; the receipt follows by itself (design §2.6). */
  revokeSeat(ctx: ActContext, seatId: Id, input: z.output<typeof RevokeSeat>): Promise<RevocationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const held = await this.seats.lock(tx, seatId);
      await this.seats.assertSees(tx, held);
      const seat = await this.revokeOne(tx, held, input.ground);
      const row = await this.changes.openRevocation(tx, {
        scope: { kind: 'seat', id: seatId },
        cause: 'revoked',
        ground: input.ground,
        reason: input.reason,
        caseId: null,
        seats: [seat],
        parties: revocationParties(seat),
      });
      return revocationView(row);
    });
  }

  /** Every seat of a person, and the person's own tokens and sessions with them; locked until someone entitled lifts it (design §2.14). */
  revokePerson(ctx: ActContext, personId: Id, input: z.output<typeof RevokeSeat>): Promise<RevocationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const revoke = () => this.revokeScope(tx, { kind: 'person', id: personId }, input.ground, (seat) => this.seats.assertSees(tx, seat));
      const held = await revoke();
      await this.locks.lockIn(tx, personId, input.ground, input.reason);
      // Of seats that were being granted meanwhile the lock waited for the commit; none can follow.
      const seats = [...held, ...(await revoke())];
      const row = await this.changes.openRevocation(tx, {
        scope: { kind: 'person', id: personId },
        cause: 'revoked',
        ground: input.ground,
        reason: input.reason,
        caseId: null,
        seats,
        parties: { unitId: null, authorityId: null, authorisationId: null, scenarioId: null },
      });
      return revocationView(row);
    });
  }

  /** For terminations, in their transaction: every seat of an authorisation or scenario, partners' too (TERM-01, TERM-08). @returns the revocation's id. */
  async revokeAll(tx: Tx, order: RevokeAll): Promise<Id> {
    const seats = await this.revokeScope(tx, order.scope, 'termination');
    const { scope, ground, caseId, parties } = order;
    const row = await this.changes.openRevocation(tx, { scope, cause: 'terminated', ground, reason: null, caseId, seats, parties });
    return row.id;
  }

  /** How far a revocation has come, for the contexts downstream. */
  async status(tx: Tx, revocationId: Id): Promise<Pick<RevocationRow, 'state' | 'open' | 'receiptDigest' | 'closedAt'>> {
    const { state, open, receiptDigest, closedAt } = await this.revocations.get(tx, revocationId);
    return { state, open, receiptDigest, closedAt };
  }

  list(ctx: ActContext, query: z.output<typeof RevocationsQuery>): Promise<Page<RevocationAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const { scopeId, caseId } = query;
      const page = await this.revocations.page(tx, { scopeId, caseId }, query);
      return { items: page.items.map(revocationView), next: page.next };
    });
  }

  /** Revocations of one seat, newest first. */
  ofSeat(ctx: ActContext, seatId: Id, request: PageRequest): Promise<Page<RevocationAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      await this.seats.assertSees(tx, await this.seats.get(tx, seatId));
      const page = await this.revocations.pageOfSeat(tx, seatId, request);
      return { items: page.items.map(revocationView), next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<RevocationAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => revocationView(await this.visible(tx, id)));
  }

  /** @throws Refusal `revocation.no-receipt` naming the open paths. */
  receipt(ctx: ActContext, id: Id): Promise<SignedDocument> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.visible(tx, id);
      if (row.receipt === null) throw refuse('revocation.no-receipt', { open: row.open.map(({ path }) => path) });
      return row.receipt;
    });
  }

  private async visible(tx: Tx, id: Id): Promise<RevocationRow> {
    const row = await this.revocations.get(tx, id);
    await this.revocations.assertSees(tx, row);
    return row;
  }

  private async revokeScope(
    tx: Tx,
    scope: SeatScope,
    ground: 'termination' | z.output<typeof RevokeSeat>['ground'],
    check?: (seat: SeatRow) => Promise<void>,
  ): Promise<SeatRow[]> {
    const revoked: SeatRow[] = [];
    for (const id of await this.seats.idsOf(tx, scope, ['granted', 'active', 'paused'])) {
      const seat = await this.seats.lock(tx, id);
      await check?.(seat);
      revoked.push(await this.revokeOne(tx, seat, ground));
    }
    return revoked;
  }

  private revokeOne(tx: Tx, seat: SeatRow, ground: 'termination' | z.output<typeof RevokeSeat>['ground']): Promise<SeatRow> {
    return this.changes.apply(tx, seat, decideRevocation(seat.state, ground));
  }
}
