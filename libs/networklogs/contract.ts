import { instant, pageOf, pageQuery, range } from '#platform/http/schemas';
import { z } from 'zod';

const zone = z.enum(['control', 'dev', 'prod']);
const gap = z.object({ from: instant, until: instant, ms: z.number().int().describe('how long it is') });

export const SegmentsQuery = pageQuery.extend({ domainId: z.uuid().optional(), zone: zone.optional() });
export const SegmentView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  domainId: z.uuid().nullable(),
  zone,
  from: instant,
  until: instant,
  events: z.number().int(),
  lost: z.number().int(),
  gaps: z.array(gap),
  /** Neither a loss nor a gap: every source of this span wrote everything up to its end, so its silence is evidence. */
  complete: z.boolean(),
  digest: z.string(),
  previous: z.string().nullable(),
  keepUntil: instant,
  terminatedAt: instant.nullable(),
});
export const SegmentPage = pageOf(SegmentView);
export const SegmentCheck = z.object({
  id: z.uuid(),
  ok: z.boolean(),
  /** What the stored lines say, counted and digested anew. */
  events: z.number().int(),
  faults: z.array(z.string()),
});
export const SealSegments = z.strictObject({ domainId: z.uuid().optional().describe('one domain; the platform’s own door when left out') });
export const SealedSegments = z.object({
  sealed: z.array(SegmentView).describe('empty where nothing more is written yet than the last segments hold: seconds later there is'),
});
export const SegmentDeleted = z.object({ id: z.uuid(), deleted: z.boolean() });

export const CompletenessQuery = z.object({ domainId: z.uuid().optional() });
export const Completeness = z.object({
  streams: z.array(
    z.object({
      domainId: z.uuid().nullable(),
      zone,
      since: instant,
      terminatedAt: instant.nullable(),
      sealedUntil: instant.nullable(),
      segments: z.number().int(),
      events: z.number().int(),
      lost: z.number().int(),
      withGaps: z.number().int(),
      /** Every span that is missing, changed or not chained; empty when the chain is whole. */
      faults: z.array(z.object({ from: instant, fault: z.enum(['digest-differs', 'not-chained', 'span-missing']) })),
      keepUntil: instant.nullable(),
    }),
  ),
});

export const EventsQuery = range(
  pageQuery.extend({
    from: instant.optional().describe('default: 24 hours before `until`'),
    until: instant.optional().describe('default: now'),
    personId: z.uuid().optional(),
    unitId: z.uuid().optional(),
    domainId: z.uuid().optional(),
    address: z.union([z.ipv4(), z.ipv6()]).optional(),
    verdict: z.enum(['allowed', 'denied']).optional(),
  }),
);
export const EventView = z.object({
  id: z.uuid(),
  startedAt: instant,
  endedAt: instant.nullable(),
  source: z.string(),
  domainId: z.uuid().nullable(),
  zone,
  personId: z.uuid().nullable(),
  unitId: z.uuid().nullable(),
  seatId: z.uuid().nullable(),
  fromAddress: z.string().nullable(),
  fromPort: z.number().int().nullable(),
  to: z.string(),
  toPort: z.number().int().nullable(),
  protocol: z.string(),
  bytesIn: z.number().nullable(),
  bytesOut: z.number().nullable(),
  verdict: z.enum(['allowed', 'denied']),
  reason: z.string(),
});
export const EventPage = pageOf(EventView);
