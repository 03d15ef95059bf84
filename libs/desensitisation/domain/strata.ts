import { sqlName } from '#kernel';
import type { Plan } from '../contract.js';
import { refuse } from './refusals.js';

/** Strata may ask for so many of all rows, or for as many as the rate draws. */
const mostShare = 0.1;

/** One row: how many rows there are, and how many the strata ask for, whatever the rate. Undefined for a plan without strata. */
export function strataSql({ sampling }: Plan, source: string): string | undefined {
  const strata = sampling?.strata;
  if (strata === undefined) return undefined;
  return `SELECT coalesce(sum(n), 0), coalesce(sum(least(n, ${String(strata.atLeast)})), 0)
    FROM (SELECT count(*) AS n FROM ${sqlName(source)} GROUP BY ${sqlName(strata.column)}) AS strata`;
}

/**
 * Of a column with nearly as many values as rows every row is the first of its stratum, and what is called a sample is all of them (DES-02).
 * @param measured the row of `strataSql`; what was not measured is refused
 * @throws Refusal `desensitisation.strata-too-many`
 */
export function assertStrataSample({ sampling }: Plan, [rows, asked]: readonly unknown[]): void {
  if (sampling?.strata === undefined) return;
  const drawn = Math.min(Number(asked ?? NaN), sampling.atMost ?? Infinity);
  const share = Math.max(mostShare, sampling.rate ?? 0);
  if (!(drawn <= share * Number(rows ?? NaN))) throw refuse('desensitisation.strata-too-many', { column: sampling.strata.column });
}
