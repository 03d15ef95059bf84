import { type ActContext, type Id, newId, personOf } from '#kernel';
import { type Page, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { HoldView, LiftHold, PlaceHold } from '../contract.js';
import { decideHold, decideUnhold, type TerminationChange } from '../domain/termination-decisions.js';
import type { TerminationRow } from '../persistence/entities.js';
import { holdOf, LegalHoldsRepository } from '../persistence/legal-holds.repository.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { recordStep } from './case-journal.js';
import { HoldSight } from './hold-sight.js';
import { holdView } from './termination-views.js';
import { proceedJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

/** Preservation orders: what they cover is not destroyed until they are lifted or run out (DEST-04, SUSP-09). */
@Injectable()
export class LegalHolds {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly holds: LegalHoldsRepository,
    private readonly terminations: TerminationsRepository,
    private readonly sight: HoldSight,
  ) {}

  place(ctx: ActContext, input: z.output<typeof PlaceHold>): Promise<z.output<typeof HoldView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { target, orderedBy, reference, reason, until } = input;
      await this.sight.assertMayPlace(tx, target);
      const row = await this.holds.insert(tx, {
        id: newId(),
        from: ctx.at,
        targetKind: target.kind,
        targetId: target.id,
        orderedBy,
        reference,
        reason,
        until,
        liftedAt: null,
        liftedByReference: null,
        placedBy: personOf(ctx.actor).personId,
      });
      await tx.record({
        action: 'legal-hold.placed',
        object: { kind: 'legal-hold', id: row.id },
        details: { target: { ...target }, orderedBy, reference },
      });
      await this.apply(tx, decideHold);
      return holdView(row);
    });
  }

  lift(ctx: ActContext, id: Id, input: z.output<typeof LiftHold>): Promise<z.output<typeof HoldView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.holds.lock(tx, id);
      await this.sight.assertMayLift(tx, id, holdOf(row).target);
      if (row.liftedAt !== null) throw refuse('termination.hold-lifted', { holdId: id });
      const lifted = await this.holds.lift(tx, row, ctx.at, input.reference);
      await tx.record({ action: 'legal-hold.lifted', object: { kind: 'legal-hold', id }, details: { reference: input.reference } });
      await this.apply(tx, decideUnhold);
      return holdView(lifted);
    });
  }

  list(ctx: ActContext, request: { limit?: number | undefined; cursor?: string | undefined }): Promise<Page<z.output<typeof HoldView>>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.holds.page(tx, request);
      return { items: page.items.map(holdView), next: page.next };
    });
  }

  /** A case looks at its holds again; one that ran out by its date needs nobody to lift it. */
  async review(tx: Tx, row: TerminationRow): Promise<TerminationRow> {
    const holds = await this.holds.naming(tx, row);
    const change = decideHold(row, holds, tx.context.at) ?? decideUnhold(row, holds, tx.context.at);
    if (change !== undefined) return this.move(tx, row, change);
    if (row.state === 'held') await this.wake(tx, row);
    return row;
  }

  private async apply(tx: Tx, decide: typeof decideHold): Promise<void> {
    for (const { id } of await this.terminations.open(tx)) {
      const row = await this.terminations.lock(tx, id);
      const change = decide(row, await this.holds.naming(tx, row), tx.context.at);
      if (change !== undefined) await this.move(tx, row, change);
    }
  }

  private async move(tx: Tx, row: TerminationRow, change: TerminationChange): Promise<TerminationRow> {
    const next = await this.terminations.move(tx, row, { state: change.to, heldFrom: change.heldFrom });
    await recordStep(tx, row, change);
    await this.wake(tx, next);
    return next;
  }

  /** A case goes on at once, a held one when the next of its holds runs out by its date. */
  private async wake(tx: Tx, row: TerminationRow): Promise<void> {
    const ends =
      row.state === 'held'
        ? (await this.holds.naming(tx, row)).flatMap(({ until }) => (until !== null && until > tx.context.at ? [until] : []))
        : [];
    const [dueAt] = ends.sort();
    if (row.state !== 'held') await tx.enqueue(proceedJob, { key: row.id });
    else if (dueAt !== undefined) await tx.enqueue(proceedJob, { key: row.id, dueAt });
  }
}
