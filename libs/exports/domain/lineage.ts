import type { Id } from '#kernel';

/**
 * How far a column of a result lies from the source columns it derives from.
 * `raw`: a source field passed through; `reversible`: can be computed back; `keyed`: only with a key held by the key port.
 */
export type Reversibility = 'irreversible' | 'keyed' | 'reversible' | 'raw';

export interface ColumnLineage {
  readonly column: string;
  readonly reversibility: Reversibility;
  readonly sources: readonly { readonly datasetId: Id; readonly column: string }[];
  /** True for a grouping key of an aggregate: its values stand for groups, not for rows. */
  readonly grouped?: boolean;
  /** Its values are called by identifiers: under others the groups are the same and called otherwise. */
  readonly named?: true;
}

/** The name under which a run's result leaves. */
export const resultFile = 'result.csv';

/** Where a result comes from: what the reviews bind beside the files (EXP-06). */
export interface Lineage {
  /** The run that made it and the digest of its reviewed code. */
  readonly runId?: Id;
  readonly codeDigest?: string;
  /** Copies it read, by id and digest: the data's snapshot. */
  readonly copies: readonly { readonly copyId: Id; readonly digest: string }[];
  readonly files: readonly { readonly file: string; readonly columns: readonly ColumnLineage[] }[];
}
