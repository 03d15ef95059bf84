import type { Id, Instant } from '#kernel';

export const zones = ['control', 'dev', 'prod'] as const;
/** `control` is the platform's own door; the others are zones of an operation domain. */
export type LogZone = (typeof zones)[number];

/** What one source saw of one connection, in the one schema of all sources. No payload, no query, no header: no raw value (rule 11). */
export interface NetworkEvent {
  readonly id: Id;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** Which kind of source saw it. */
  readonly source: 'api';
  readonly domainId: Id | null;
  readonly zone: LogZone;
  /** Joined when it is written: pods are gone later. */
  readonly personId: Id | null;
  readonly unitId: Id | null;
  readonly seatId: Id | null;
  readonly fromAddress: string | null;
  readonly fromPort: number | null;
  /** Address, or the route's template at our own door. */
  readonly to: string;
  readonly toPort: number | null;
  readonly protocol: string;
  readonly bytesIn: number | null;
  readonly bytesOut: number | null;
  readonly verdict: 'allowed' | 'denied';
  readonly reason: string;
}
