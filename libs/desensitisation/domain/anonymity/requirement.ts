import type { SinglingOut } from '../../contract.js';

/** What is asked of every combination of quasi-identifiers, with what holds where the plan says nothing. */
export interface Requirement {
  readonly k: number;
  readonly suppressAtMost: number;
  readonly diversity: NonNullable<SinglingOut['diversity']>;
  readonly closeness: NonNullable<SinglingOut['closeness']>;
  /** The columns that diversity and closeness speak of, each once. */
  readonly sensitive: readonly string[];
}

export const defaultK = 5;
export const defaultSuppression = 0.05;

export function requirementOf(declared: SinglingOut): Requirement {
  const { k = defaultK, suppressAtMost = defaultSuppression, diversity = [], closeness = [] } = declared;
  return { k, suppressAtMost, diversity, closeness, sensitive: [...new Set([...diversity, ...closeness].map(({ column }) => column))] };
}
