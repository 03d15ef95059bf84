import { type Clock, type Id, newId, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Revocations } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import { isGone } from '../domain/destruction.js';
import { undecided } from '../domain/exits.js';
import {
  decideAccessClosed,
  decideExits,
  decideInventoried,
  decideVerifying,
  type TerminationChange,
} from '../domain/termination-decisions.js';
import type { TerminationState } from '../domain/termination.js';
import type { TerminationRow } from '../persistence/entities.js';
import { type TerminationPatch, TerminationsRepository } from '../persistence/terminations.repository.js';
import { Artefacts } from './artefacts.js';
import { recordStep } from './case-journal.js';
import { Concluding } from './concluding.js';
import { Destroying } from './destroying.js';
import { HoldingsSurvey } from './holdings-survey.js';
import { LegalHolds } from './legal-holds.js';
import { Terminations } from './terminations.js';
import { proceedJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

/** Moves a case on as far as it goes by itself. It reads everything anew, so that it may be called at any time and any number of times. */
@Injectable()
export class Proceeding {
  private readonly steps: Readonly<Record<TerminationState, (row: TerminationRow) => Promise<boolean>>>;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
    private readonly revocations: Revocations,
    private readonly artefacts: Artefacts,
    private readonly survey: HoldingsSurvey,
    private readonly destroying: Destroying,
    private readonly concluding: Concluding,
    private readonly terminations: Terminations,
    private readonly holds: LegalHolds,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.steps = {
      opened: (row) => this.closeAccess(row),
      'access-closed': (row) => this.closeExits(row),
      'exits-decided': (row) => this.takeInventory(row),
      inventoried: () => Promise.resolve(false),
      destroying: (row) => this.destroy(row),
      verifying: (row) => this.verify(row),
      pending: (row) => this.retry(row),
      held: (row) => this.unhold(row),
      certified: () => Promise.resolve(false),
    };
  }

  async proceed(id: Id): Promise<void> {
    for (;;) {
      const row = await this.read((tx) => this.repository.get(tx, id));
      if (!(await this.steps[row.state](row))) return;
    }
  }

  /** Orders the case that waits for a revocation to go on, where one does. */
  async revocationClosed(tx: Tx, revocationId: Id): Promise<void> {
    const waiting = await this.repository.ofRevocation(tx, revocationId);
    if (waiting !== undefined) await tx.enqueue(proceedJob, { key: waiting.id });
  }

  /** Access is closed once its receipt is complete; then every artefact of the scenarios is listed for a decision. */
  private async closeAccess(row: TerminationRow): Promise<boolean> {
    const { state, open } = await this.read((tx) => this.revocations.status(tx, row.revocationId));
    if (state !== 'closed') return false;
    await this.move(row, async (tx, locked) => {
      const change = decideAccessClosed(locked.state, { complete: true, open });
      const listed = (await this.artefacts.of(tx, locked)).map((artefact) => ({
        ...artefact,
        id: newId(),
        listedAt: tx.context.at,
        terminationId: locked.id,
      }));
      await this.repository.listExits(tx, listed);
      return { change };
    });
    return true;
  }

  private async closeExits(row: TerminationRow): Promise<boolean> {
    const exits = await this.read((tx) => this.repository.exitsOf(tx, row.id));
    if (undecided(exits).length > 0) return false;
    await this.move(row, async (tx, locked) => ({ change: decideExits(locked.state, await this.repository.exitsOf(tx, row.id)) }));
    return true;
  }

  /** While a source cannot answer, a notice names it, and the inventory is taken again later. */
  private async takeInventory(row: TerminationRow): Promise<boolean> {
    const inventory = await this.survey.inventory(row);
    if (inventory.failures.length > 0) {
      await this.concluding.waitForInventory(row, inventory);
      return false;
    }
    const patch = { inventory, retryAt: null, conclusion: null, conclusionDigest: null };
    await this.move(row, (_tx, locked) => Promise.resolve({ change: decideInventoried(locked.state, inventory), patch }));
    return true;
  }

  private async destroy(row: TerminationRow): Promise<boolean> {
    const destroyed = await this.destroying.run(row);
    const complete = destroyed.keysDestroyedAt !== null && destroyed.outcomes.every(isGone);
    if (!complete) {
      await this.concluding.conclude(destroyed, []);
      return true;
    }
    await this.move(destroyed, (_tx, locked) => Promise.resolve({ change: decideVerifying(locked.state) }));
    return true;
  }

  private async verify(row: TerminationRow): Promise<boolean> {
    await this.concluding.conclude(row, await this.survey.attempts(row));
    return true;
  }

  /** A pending destruction is taken up again when its time has come; a hold placed meanwhile keeps it where it is. */
  private async retry(row: TerminationRow): Promise<boolean> {
    const { id, retryAt } = row;
    if (retryAt !== null && retryAt > this.clock.now()) {
      // Whatever woke the case early must not be the last to wake it.
      await this.run((tx) => tx.enqueue(proceedJob, { key: id, dueAt: retryAt }));
      return false;
    }
    await this.run((tx) => this.takenUp(tx, id));
    return true;
  }

  private async takenUp(tx: Tx, id: Id): Promise<void> {
    const row = await this.repository.lock(tx, id);
    if (row.state !== 'pending') throw refuse('state.changed-meanwhile', { id });
    await this.terminations.beginDestruction(tx, row);
  }

  /** A hold that ran out by its date. */
  private async unhold(row: TerminationRow): Promise<boolean> {
    const next = await this.run(async (tx) => this.holds.review(tx, await this.repository.lock(tx, row.id)));
    return next.state !== 'held';
  }

  /** Decides and applies under the row's lock; whoever came first wins, and the other sees it at the next turn. */
  private async move(
    seen: TerminationRow,
    decide: (tx: Tx, locked: TerminationRow) => Promise<{ readonly change: TerminationChange; readonly patch?: TerminationPatch }>,
  ): Promise<void> {
    await this.run(async (tx) => {
      const locked = await this.repository.lock(tx, seen.id);
      if (locked.state !== seen.state) return;
      const { change, patch } = await decide(tx, locked);
      await this.repository.move(tx, locked, { ...patch, state: change.to });
      await recordStep(tx, locked, change);
    });
  }

  private run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.unitOfWork.run(systemAct('terminations', 'termination.read', this.clock.now()), work);
  }

  private read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.unitOfWork.read(systemAct('terminations', 'termination.read', this.clock.now()), work);
  }
}
