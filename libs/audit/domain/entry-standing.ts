import type { Instant } from '#kernel';

/**
 * How far an entry has come. `final` alone cannot be undone unnoticed: a witness outside the log has cosigned a checkpoint over it.
 */
export type Standing = 'recorded' | 'in-tree' | 'under-checkpoint' | 'final';

export function standingOf(index: number | null, signedSize: number, cosignedSize: number): Standing {
  if (index === null) return 'recorded';
  if (index < cosignedSize) return 'final';
  return index < signedSize ? 'under-checkpoint' : 'in-tree';
}

/** The window in which an entry could still be taken out unnoticed (proofs: Audit). */
export interface OpenWindow {
  readonly entries: number;
  readonly oldestRecordedAt: Instant | null;
}

/** Whether everything older than the bound stands under a checkpoint (AUD-04). */
export const withinBound = (oldestUnsigned: Instant | null, now: Instant, boundSeconds: number): boolean =>
  oldestUnsigned === null || Date.parse(now) - Date.parse(oldestUnsigned) <= boundSeconds * 1000;
