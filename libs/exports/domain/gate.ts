import { strictest, type Answer, type CheckResult } from './check.js';
import { differencingCheck } from './checks/differencing.check.js';
import { residualIdentifiersCheck } from './checks/residual-identifiers.check.js';
import { reversibilityCheck } from './checks/reversibility.check.js';
import { rowMatchCheck } from './checks/row-match.check.js';
import { smallCellsCheck } from './checks/small-cells.check.js';
import { typeCheck } from './checks/type.check.js';
import { volumeCheck } from './checks/volume.check.js';
import type { GateFacts } from './gate-facts.js';

/** The gate, in the order in which it is read aloud. */
export const gate = [
  typeCheck,
  residualIdentifiersCheck,
  smallCellsCheck,
  rowMatchCheck,
  reversibilityCheck,
  differencingCheck,
  volumeCheck,
] as const;

export interface GateOutcome {
  readonly answer: Answer;
  readonly checks: readonly CheckResult[];
}

/** Every check runs, also behind a veto: the requester is told all that is wrong at once. */
export function runGate(facts: GateFacts): GateOutcome {
  const checks = gate.map((check) => check(facts));
  return { answer: strictest(checks.map((check) => check.answer)), checks };
}

/** The items that every reviewer must answer one by one. */
export const itemsToAnswer = (checks: readonly CheckResult[]): readonly string[] =>
  checks.flatMap((check) => check.items.filter((item) => item.answer === 'needs-a-human').map((item) => item.id));
