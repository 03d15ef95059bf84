import { keyedDigest, type Digest, type Id, type Instant, type KeyedDigest, type Transitions } from '#kernel';
import type { TableDeclaration } from './policy.js';

/** 结果导出申请: files in quarantine, automatic checks, human reviews, release (EXP-01). */
export type ExportState =
  'draft' | 'quarantined' | 'checking' | 'blocked' | 'in-review' | 'returned' | 'approved' | 'released' | 'expired' | 'withdrawn';

/** Every edge. `blocked → quarantined` is an accepted repair. `in-review | approved → checking` is a voided review: files, policy or lineage changed under it (EXP-06). */
export const exportTransitions = {
  draft: ['quarantined', 'withdrawn'],
  quarantined: ['checking', 'withdrawn'],
  checking: ['in-review', 'blocked', 'withdrawn'],
  blocked: ['quarantined', 'withdrawn'],
  'in-review': ['approved', 'returned', 'checking', 'withdrawn'],
  returned: ['withdrawn'],
  approved: ['released', 'checking', 'withdrawn'],
  released: ['expired'],
  expired: [],
  withdrawn: [],
} as const satisfies Transitions<ExportState>;

export const exportStates = Object.keys(exportTransitions) as readonly ExportState[];

export interface ExportFile {
  readonly id: Id;
  /** As the requester named it; shown, never trusted. */
  readonly name: string;
  readonly bytes: number;
  /**
   * Of the whole plaintext, taken while it streamed into quarantine. Keyed until the release: whoever could compare it with the digest of a
   * guess would read the result without its having left.
   */
  readonly digest: Digest | KeyedDigest;
  readonly declaration?: TableDeclaration;
  /** The table with the columns of largest contributions: it stays in quarantine and shows that no sum is dominated. */
  readonly evidence?: Pick<ExportFile, 'bytes' | 'digest'>;
}

export interface ExportRequest {
  readonly id: Id;
  readonly unitId: Id;
  readonly scenarioId: Id;
  readonly requesterId: Id;
  /** What the result is for, in the approved scenario (EXP-04). */
  readonly purpose: string;
  /** Who receives it: an organisation by name or id, as the scenario names it (EXP-04). */
  readonly recipient: string;
  readonly state: ExportState;
  readonly files: readonly ExportFile[];
  readonly createdAt: Instant;
}

/** Of stored content in the form in which the request keeps that of its file. @param key of the request, where it has one */
export const digestAsKept = (kept: ExportFile['digest'], found: Digest, key: Uint8Array | undefined): ExportFile['digest'] =>
  kept.startsWith('hmac-') && key !== undefined ? keyedDigest(key, found) : found;
