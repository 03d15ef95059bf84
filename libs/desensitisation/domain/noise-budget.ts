import type { Plan } from '../contract.js';
import { refuse } from './refusals.js';
import { releasesOf } from './techniques/noise.js';

/** ε in hundredths: sums are exact. */
export type Hundredths = number;
export const hundredths = (epsilon: number): Hundredths => Math.round(epsilon * 100);
export const epsilonOf = (sum: Hundredths): number => sum / 100;

/** What noise of one field cost or would cost: the same release again is the same noise, and costs nothing more. */
export interface Charge {
  readonly field: string;
  readonly release: string;
  readonly cost: Hundredths;
}
/** A charge that counts; `published` where a sample was, otherwise it is reserved by a run that has not ended. */
export interface Charged extends Charge {
  readonly published: boolean;
}

/** What a run of a plan over a copy is charged: each of a subject's rows tells as much of it again. */
export const chargesOf = (plan: Plan, copyId: string): readonly Charge[] =>
  releasesOf(plan, copyId).map(({ column, technique, digest }) => ({
    field: column,
    release: digest,
    cost: hundredths(technique.epsilon) * technique.rowsPerSubject,
  }));

/** The budget of a field, as people see it. */
export interface NoiseBudget {
  readonly column: string;
  readonly total: number;
  readonly spent: number;
  readonly reserved: number;
  readonly left: number;
  /** What a run would spend more. */
  readonly asked: number;
}

/** @param charged each release of the fields once */
export const budgetsOf = (asked: readonly Charge[], charged: readonly Charged[], total: number): readonly NoiseBudget[] =>
  asked.map(({ field, release, cost }) => {
    const ofField = charged.filter((one) => one.field === field);
    const sum = (some: readonly Charged[]): Hundredths => some.reduce((costs, one) => costs + one.cost, 0);
    const [spent, reserved] = [sum(ofField.filter((one) => one.published)), sum(ofField.filter((one) => !one.published))];
    return {
      ...{ column: field, total, spent: epsilonOf(spent), reserved: epsilonOf(reserved) },
      left: epsilonOf(Math.max(0, hundredths(total) - spent - reserved)),
      asked: ofField.some((one) => one.release === release) ? 0 : epsilonOf(cost),
    };
  });

/** @throws Refusal `desensitisation.noise-budget-exceeded` naming every field at once */
export function assertLeft(budgets: readonly NoiseBudget[]): void {
  const over = budgets.filter(({ asked, left }) => hundredths(asked) > hundredths(left));
  if (over.length === 0) return;
  throw refuse('desensitisation.noise-budget-exceeded', {
    columns: over.map(({ column }) => column),
    budgets: over.map((budget) => ({ ...budget })),
  });
}
