import { canonicalJson, type Digest, digestOf, type Id, type Instant, sha256 } from '#kernel';
import type { Interval } from './coverage.js';
import type { LogZone, NetworkEvent } from './network-event.js';

/** What a segment vouches for: a span of one zone of one domain, an hour unless it was cut short, with what is missing from it. */
export interface SegmentHeader {
  readonly format: 'opdomain.network-log-segment/v1';
  /** null: the platform's own door. */
  readonly domainId: Id | null;
  readonly zone: LogZone;
  readonly from: Instant;
  readonly until: Instant;
  readonly events: number;
  /** Upper bound: a source that lost events cannot say of which domain they were. */
  readonly lost: number;
  readonly gaps: readonly Interval[];
  /** SHA-256 over the uncompressed lines. */
  readonly content: Digest;
  /** Digest of the segment before; null for the first of the chain. */
  readonly previous: Digest | null;
}

/** The lines of a segment: canonical JSON (RFC 8785), one event a line, by start and id. */
export const segmentLines = (events: readonly NetworkEvent[]): string =>
  [...events]
    .sort((a, b) => (a.startedAt === b.startedAt ? (a.id < b.id ? -1 : 1) : a.startedAt < b.startedAt ? -1 : 1))
    .map((event) => `${canonicalJson(event)}\n`)
    .join('');

export const contentDigest = (lines: string): Digest => sha256(lines);

/** Digest by which the next segment is chained to this one. */
export const segmentDigest = (header: SegmentHeader): Digest => digestOf(header);

/** What is wrong with a chain of segments, and where. */
export interface ChainFault {
  readonly from: Instant;
  readonly fault: 'digest-differs' | 'not-chained' | 'span-missing';
}
export interface ChainLink {
  readonly header: SegmentHeader;
  readonly digest: Digest;
}

/**
 * @param links oldest first; the first may follow from one that was deleted after its term
 * @param sealedUntil up to where the chain must reach
 */
export function chainFaults(links: readonly ChainLink[], sealedUntil: Instant): ChainFault[] {
  const faults: ChainFault[] = [];
  let before: ChainLink | undefined;
  for (const link of links) {
    const { from, previous } = link.header;
    if (segmentDigest(link.header) !== link.digest) faults.push({ from, fault: 'digest-differs' });
    if (before !== undefined && before.header.until !== from) faults.push({ from: before.header.until, fault: 'span-missing' });
    else if (before !== undefined && before.digest !== previous) faults.push({ from, fault: 'not-chained' });
    before = link;
  }
  if (before !== undefined && before.header.until < sealedUntil) faults.push({ from: before.header.until, fault: 'span-missing' });
  return faults;
}
