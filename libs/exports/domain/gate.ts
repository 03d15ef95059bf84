import type { Id } from '#kernel';
import { strictest, type Answer, type CheckResult } from './check.js';
import { differencingCheck } from './checks/differencing.check.js';
import { residualIdentifiersCheck } from './checks/residual-identifiers.check.js';
import { reversibilityCheck } from './checks/reversibility.check.js';
import { rowMatchCheck } from './checks/row-match.check.js';
import { smallCellsCheck } from './checks/small-cells.check.js';
import { typeCheck } from './checks/type.check.js';
import { volumeCheck } from './checks/volume.check.js';
import type { FileFacts } from './file-facts.js';
import type { FrequencyTable } from './frequency-scan.js';
import type { ExportPolicy } from './policy.js';

export interface Volume {
  readonly bytes: number;
  readonly rows: number;
}

/** All that the gate decides on, measured beforehand. */
export interface GateFacts {
  readonly policy: ExportPolicy;
  readonly files: readonly FileFacts[];
  /** Kinds of identifiers that were looked for. */
  readonly detectors: readonly string[];
  /** Raw and reversible copies of the domain that every table has to be compared with. */
  readonly sources: readonly Id[];
  /** Tables that were released for this scenario before; without `table` when it could not be compared. */
  readonly earlier: readonly { readonly fileId: Id; readonly table?: FrequencyTable }[];
  readonly spent: Volume;
  readonly budget?: Volume;
}

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
