import type { OutputColumn, Plan, SchemaColumn } from '../../contract.js';
import { normalForms } from '../compile.js';
import { bijectionChecks } from './bijection.js';
import type { CheckResult, Examination } from './checks.js';
import { dictionaryAttack } from './dictionary-attack.js';
import { rawValueChecks } from './raw-values.js';
import { residualMeasurements } from './residual.js';
import { shuffledMeasurements } from './shuffled.js';
import { sampleMeasurements, singlingOutMeasurements } from './singling-out.js';

/** Everything that is asked of an output before it may be published, over the views `raw` and `output`. */
export function examinationOf(plan: Plan, schema: readonly SchemaColumn[], columns: readonly OutputColumn[], seed: string): Examination {
  const attack = dictionaryAttack(plan, schema, columns, seed);
  const bijection = bijectionChecks(plan, schema);
  const rawValues = rawValueChecks(plan, schema, columns);
  return {
    preparation: [normalForms(), ...rawValues.preparation, ...attack.preparation, ...bijection.preparation],
    measurements: [
      ...sampleMeasurements(plan),
      ...residualMeasurements(columns),
      ...rawValues.measurements,
      ...shuffledMeasurements(plan, schema),
      ...bijection.measurements,
      ...attack.measurements,
      ...singlingOutMeasurements(plan),
    ],
  };
}

/** The proof of a run: every check with its figures. Published only where each one passed. */
export interface Proof {
  readonly passed: boolean;
  readonly checks: readonly CheckResult[];
}

/** @param answers one per measurement, in order; a missing one is unfinished */
export function judge(
  examination: Examination,
  answers: readonly ({ readonly rows: readonly (readonly unknown[])[]; readonly truncated: boolean } | undefined)[],
): Proof {
  const checks = examination.measurements.flatMap((measurement, i): readonly CheckResult[] => {
    const answer = answers[i];
    return answer === undefined
      ? [{ check: 'sample', verdict: 'unfinished', figures: {} }]
      : measurement.judge(answer.rows, answer.truncated);
  });
  return { passed: checks.length > 0 && checks.every((check) => check.verdict === 'pass'), checks };
}
