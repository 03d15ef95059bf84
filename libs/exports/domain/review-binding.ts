import { digestOf, type Digest } from '#kernel';
import type { ExportFile } from './export-request.js';
import type { Lineage } from './lineage.js';
import { policyDigest, type ExportPolicy } from './policy.js';

/** What a review stands on (EXP-06). A decision carries its digest and holds only while the digest is the same. */
export interface ReviewBinding {
  readonly files: Digest;
  readonly policy: Digest;
  /** Code, data snapshot and origin of every column. */
  readonly lineage: Digest;
}

export const bindingOf = (files: readonly ExportFile[], policy: ExportPolicy, lineage: Lineage): ReviewBinding => ({
  files: digestOf(
    [...files]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, name, bytes, digest, evidence }) => ({
        ...{ id, name, bytes, digest },
        ...(evidence === undefined ? {} : { evidence: { bytes: evidence.bytes, digest: evidence.digest } }),
      })),
  ),
  policy: policyDigest(policy),
  lineage: digestOf(lineage),
});

export const bindingDigest = (binding: ReviewBinding): Digest => digestOf(binding);

/** What changed since the review began; nothing when it still stands. */
export const changedSince = (reviewed: ReviewBinding, now: ReviewBinding): readonly (keyof ReviewBinding)[] =>
  (['files', 'policy', 'lineage'] as const).filter((part) => reviewed[part] !== now[part]);
