import { type Digest, type Id, type Instant, type Transitions } from '#kernel';
import type { CheckResult } from './check.js';
import type { ExportFile, ExportRequest } from './export-request.js';
import { changedSince, type ReviewBinding } from './review-binding.js';
import { assertIndependent, outcomeOf, type ReviewDecision, type Reviewer } from './review.js';
import type { ReviewSlot } from './review-slots.js';
import { refuse } from './refusals.js';

export interface ReleaseFacts {
  readonly request: ExportRequest;
  readonly slots: readonly ReviewSlot[];
  readonly checks: readonly CheckResult[];
  readonly decisions: readonly ReviewDecision[];
  /** What the decisions stand on, and what is so now, the files hashed again. */
  readonly reviewed: ReviewBinding;
  readonly now: ReviewBinding;
  readonly reviewedDigest: Digest;
}

/**
 * A third person releases. Nothing they or anyone may do turns a veto (EXP-02, EXP-03).
 * @throws Refusal `export.not-approved` (409), `export.vetoed`, `export.reviewer-not-independent`, `export.releaser-reviewed`, `export.review-void`
 */
export function assertReleasable(facts: ReleaseFacts, releaser: Reviewer): void {
  const { request } = facts;
  if (request.state !== 'approved') throw refuse('export.not-approved', { id: request.id, state: request.state });
  const vetoed = facts.checks.filter((check) => check.answer === 'veto').map((check) => check.check);
  if (vetoed.length > 0 || facts.checks.length === 0) throw refuse('export.vetoed', { id: request.id, checks: vetoed });
  assertIndependent(request, releaser);
  if (facts.decisions.some((one) => one.reviewerId === releaser.personId)) throw refuse('export.releaser-reviewed', { id: request.id });
  const changed = changedSince(facts.reviewed, facts.now);
  if (changed.length > 0) throw refuse('export.review-void', { id: request.id, changed: [...changed] });
  const standing = facts.decisions.filter((one) => one.binding === facts.reviewedDigest);
  if (outcomeOf(facts.slots, standing) !== 'approved') throw refuse('export.not-approved', { id: request.id, state: request.state });
}

/** 释放链接: opens for one person until its file was taken whole, or it is revoked. */
export const releaseLinkTransitions = { open: ['completed', 'revoked'], completed: [], revoked: [] } as const satisfies Transitions<
  'open' | 'completed' | 'revoked'
>;

export interface ReleaseLink {
  readonly id: Id;
  readonly requestId: Id;
  readonly fileId: Id;
  /** The only person for whom it opens. */
  readonly personId: Id;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  readonly state: keyof typeof releaseLinkTransitions;
  /** Connections that were begun on it. */
  readonly attempts: number;
  /** Bytes handed out from the start without a gap: from here at most a broken download goes on. */
  readonly served: number;
}

const maximumAttempts = 20;

export interface DownloadAsked {
  readonly personId: Id;
  readonly at: Instant;
  /** First byte wanted; 0 without a Range. */
  readonly from: number;
  /** `If-Range`: the entity tag that the first part had; without it nothing is compared. */
  readonly ifRange?: string;
}

export const entityTag = (digest: ExportFile['digest']): string => `"${digest}"`;

/** `bytes=N-` (RFC 9110 §14.2); one open range is all that resuming takes. undefined: not a range we serve. */
export function rangeStart(header: string | undefined): number | undefined {
  if (header === undefined) return 0;
  const start = /^bytes=(\d{1,15})-$/.exec(header.trim())?.[1];
  return start === undefined ? undefined : Number(start);
}

/**
 * One download, by one person, within the link's time; a broken one goes on where it broke (design: export release; EXP-06).
 * @returns the first byte to send and whether it is a part (206)
 * @throws Refusal `export.link-unknown` for another person, `export.link-gone` (410), `export.range-not-satisfiable` (416)
 */
export function decideDownload(
  link: ReleaseLink,
  file: Pick<ExportFile, 'bytes' | 'digest'>,
  asked: DownloadAsked,
): { readonly from: number; readonly partial: boolean } {
  if (asked.personId !== link.personId) throw refuse('export.link-unknown');
  if (link.state !== 'open') throw refuse('export.link-gone', { because: link.state });
  if (asked.at >= link.expiresAt) throw refuse('export.link-gone', { because: 'expired' });
  if (link.attempts >= maximumAttempts) throw refuse('export.link-gone', { because: 'attempts' });
  const changed = asked.ifRange !== undefined && asked.ifRange !== entityTag(file.digest);
  const from = changed ? 0 : asked.from;
  if (from > link.served || (from >= file.bytes && file.bytes > 0))
    throw refuse('export.range-not-satisfiable', { bytes: file.bytes, served: link.served });
  return { from, partial: from > 0 };
}
