import type { Tx } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import { DESENSITISATION_CONFIG, type DesensitisationConfig } from '../config.js';
import type { Plan } from '../contract.js';
import { assertLeft, budgetsOf, chargesOf, type NoiseBudget } from '../domain/noise-budget.js';
import type { DesensitisationRunRow, PlanRow } from '../persistence/entities.js';
import { NoiseChargesRepository } from '../persistence/noise-charges.repository.js';

type Spender = Pick<PlanRow, 'scenarioId' | 'datasetId' | 'copyId'>;

/**
 * What noise has spent of the fields of a dataset in a scenario. A run is charged with its order, in one transaction with it, and its
 * success publishes the charge; where it fails or is cancelled the same commit gives it back.
 */
@Injectable()
export class NoiseBudgets {
  constructor(
    private readonly charges: NoiseChargesRepository,
    @Inject(DESENSITISATION_CONFIG) private readonly config: DesensitisationConfig,
  ) {}

  /** Of the fields that a plan publishes with noise. */
  async standing(tx: Tx, plan: Spender, content: Plan | null): Promise<readonly NoiseBudget[]> {
    const asked = content === null ? [] : chargesOf(content, plan.copyId);
    return asked.length === 0 ? [] : budgetsOf(asked, await this.charges.counting(tx, plan), this.config.noiseBudget);
  }

  /** Whether a run could be ordered now; nothing is held for it. @throws Refusal `desensitisation.noise-budget-exceeded` */
  async assertLeft(tx: Tx, plan: Spender, content: Plan | null): Promise<void> {
    assertLeft(await this.standing(tx, plan, content));
  }

  /** The same for a run that is about to be ordered: until the transaction ends nobody else spends of this. */
  async hold(tx: Tx, run: Spender, content: Plan): Promise<void> {
    if (chargesOf(content, run.copyId).length === 0) return;
    await this.charges.serialise(tx, run);
    await this.assertLeft(tx, run, content);
  }

  /** After `hold`, in its transaction. */
  charge(tx: Tx, run: DesensitisationRunRow): Promise<void> {
    return this.charges.insert(tx, run, chargesOf(run.planContent, run.copyId));
  }
}
