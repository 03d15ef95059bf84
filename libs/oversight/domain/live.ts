import type { Evidence, Instant } from '#kernel';
import type { Requirement } from './requirements.js';

/** One piece of live evidence with its source and age. */
export interface Witnessed extends Evidence {
  readonly source: string;
  readonly ageSeconds: number;
  /** Older than the board trusts: shown with its age, but it no longer shows the requirement. */
  readonly stale: boolean;
}
export interface LiveRequirement {
  readonly requirement: Requirement;
  /** Our own reading rather than the letter of a text. */
  readonly derived: boolean;
  readonly state: Evidence['state'];
  readonly evidence: readonly Witnessed[];
}

export const isDerived = (requirement: Requirement): boolean => requirement.sources.includes('[derived');
export const ageInSeconds = (at: Instant, now: Instant): number => Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 1000));

export const witnessed = (source: string, evidence: Evidence, now: Instant, staleAfterSeconds: number): Witnessed => {
  const ageSeconds = ageInSeconds(evidence.at, now);
  return { ...evidence, source, ageSeconds, stale: ageSeconds > staleAfterSeconds };
};

/**
 * What the running system shows of a requirement: failing as soon as one source says so, shown when a fresh source shows it, and
 * otherwise no data, never "shown" from what is too old to trust (ADM-11).
 */
export function stateOf(evidence: readonly Witnessed[]): Evidence['state'] {
  if (evidence.some(({ state }) => state === 'failing')) return 'failing';
  return evidence.some(({ state, stale }) => state === 'shown' && !stale) ? 'shown' : 'no-data';
}

export const liveRequirements = (catalogue: readonly Requirement[], evidence: readonly Witnessed[]): readonly LiveRequirement[] =>
  catalogue.map((requirement) => {
    const own = evidence.filter(({ requirementId }) => requirementId === requirement.id);
    return { requirement, derived: isDerived(requirement), state: stateOf(own), evidence: own };
  });

export const summaryOf = (rows: readonly LiveRequirement[]): { total: number; shown: number; failing: number; noData: number } => ({
  total: rows.length,
  shown: rows.filter(({ state }) => state === 'shown').length,
  failing: rows.filter(({ state }) => state === 'failing').length,
  noData: rows.filter(({ state }) => state === 'no-data').length,
});
