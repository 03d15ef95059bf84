import { type Clock, type Holding, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK, LOGGER } from '#platform/http';
import { failureOf } from '#platform/readback';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { assertKeysLast, type HoldingOutcome, isGone, mayBegin } from '../domain/destruction.js';
import { controlOf } from '../domain/recovery.js';
import type { TerminationRow } from '../persistence/entities.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { HoldingsSurvey, scopeOf } from './holdings-survey.js';
import { partiesOf } from './termination-views.js';

/** Destroys holding by holding, keys last. What was done is written down after each, so that a restart goes on where it stopped. */
@Injectable()
export class Destroying {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
    private readonly survey: HoldingsSurvey,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * First tries to recover while everything is still there: an attempt that never succeeded would show nothing afterwards. While one of
   * them is unknown nothing is destroyed.
   */
  async run(row: TerminationRow): Promise<TerminationRow> {
    let current = await this.control(row);
    if (current.recoveryBefore.some(({ outcome }) => outcome === 'unknown')) return current;
    const outcomes: HoldingOutcome[] = [];
    const holdings = this.survey.holdings(row);
    for (const holding of holdings) {
      if (holding.order === 'keys') {
        if (!mayBegin('keys', outcomes)) continue;
        assertKeysLast(holdings, outcomes);
      }
      outcomes.push(await this.destroy(holding, current));
      current = await this.save(current, outcomes);
    }
    return current;
  }

  private async control(row: TerminationRow): Promise<TerminationRow> {
    const recoveryBefore = [...controlOf(row.recoveryBefore, await this.survey.attempts(row))];
    return this.unitOfWork.run(systemAct('terminations', 'termination.recovery-tried', this.clock.now()), async (tx) => {
      const next = await this.repository.update(tx, await this.repository.lock(tx, row.id), { recoveryBefore });
      const details = {
        before: true,
        tried: recoveryBefore.length,
        recovered: recoveryBefore.filter(({ outcome }) => outcome === 'recovered').length,
      };
      await tx.record({ action: 'termination.recovery-tried', object: { kind: 'termination', id: row.id }, ...partiesOf(row), details });
      return next;
    });
  }

  /** The intent is on record before anything is destroyed, the outcome after: a lone intent reads unknown. */
  private async destroy(holding: Holding, row: TerminationRow): Promise<HoldingOutcome> {
    const { name, order } = holding;
    const fact = { action: 'termination.holding-destroyed', object: { kind: 'termination', id: row.id }, ...partiesOf(row) };
    const act = () => systemAct('terminations', fact.action, this.clock.now());
    const intentOf = await this.unitOfWork.journal(act(), { ...fact, outcome: 'intent', details: { holding: name } });
    let failure: string | null = null;
    try {
      await holding.destroy(scopeOf(row));
    } catch (fault) {
      this.log.error('termination.holding-failed', fault, { terminationId: row.id, holding: name });
      failure = failureOf(fault);
    }
    const left = await this.survey.left(holding, row);
    const outcome: HoldingOutcome = { holding: name, order, left: left.items, failure: failure ?? left.failure };
    const details = { holding: name, left: outcome.left.length, failure: outcome.failure };
    await this.unitOfWork.journal(act(), { ...fact, outcome: 'outcome', intentOf, details });
    return outcome;
  }

  private async save(row: TerminationRow, outcomes: readonly HoldingOutcome[]): Promise<TerminationRow> {
    const keys = outcomes.filter(({ order }) => order === 'keys');
    const keysGone = keys.length > 0 && outcomes.every(isGone) && keys.length === this.keyHoldings(row);
    return this.unitOfWork.run(systemAct('terminations', 'termination.holding-destroyed', this.clock.now()), async (tx) => {
      const locked = await this.repository.lock(tx, row.id);
      // A later try that did not come to the keys again leaves the time at which they went.
      const keysDestroyedAt = keysGone ? (locked.keysDestroyedAt ?? tx.context.at) : keys.length === 0 ? locked.keysDestroyedAt : null;
      const next = await this.repository.update(tx, locked, { outcomes: [...outcomes], keysDestroyedAt });
      const last = outcomes.at(-1)?.holding ?? '';
      await tx.record({
        action: 'termination.holding-destroyed',
        object: { kind: 'termination', id: row.id },
        ...partiesOf(row),
        details: { holding: last, keysGone },
      });
      return next;
    });
  }

  private keyHoldings(row: TerminationRow): number {
    return this.survey.holdings(row).filter(({ order }) => order === 'keys').length;
  }
}
