import { gunzipSync } from 'node:zlib';
import { type ActContext, addDays, type Clock, type Id, reachOf } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { type Objects, OBJECTS } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type {
  Completeness,
  CompletenessQuery,
  EventPage,
  EventsQuery,
  SealedSegments,
  SealSegments,
  SegmentCheck,
  SegmentDeleted,
  SegmentPage,
  SegmentsQuery,
  SegmentView,
} from '../contract.js';
import { chainFaults, contentDigest, segmentDigest, type SegmentHeader, segmentLines } from '../domain/segment.js';
import type { SegmentRow } from '../persistence/entities.js';
import { EventsRepository } from '../persistence/events.repository.js';
import { SegmentsRepository } from '../persistence/segments.repository.js';
import { StreamsRepository } from '../persistence/streams.repository.js';
import { Sealer, segmentsKey } from './sealer.js';
import { refuse } from '../domain/refusals.js';

const mostDays = 92;

/** Reads, checks and, after their term, deletes network logs. */
@Injectable()
export class NetworkLogs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(OBJECTS) private readonly objects: Objects,
    private readonly sealer: Sealer,
    private readonly streams: StreamsRepository,
    private readonly events: EventsRepository,
    private readonly segments: SegmentsRepository,
  ) {}

  list(ctx: ActContext, query: z.output<typeof SegmentsQuery>): Promise<z.input<typeof SegmentPage>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.segments.page(tx, query, query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  read(ctx: ActContext, id: Id): Promise<z.input<typeof SegmentView>> {
    return this.unitOfWork.read(ctx, async (tx) => viewOf(await this.segments.get(tx, id)));
  }

  /** Seals at once what would be sealed at the end of the hour, as far as it is written: for an inspection, or to take along. */
  sealNow(ctx: ActContext, { domainId }: z.output<typeof SealSegments>): Promise<z.input<typeof SealedSegments>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.streams.waitForClaim(tx);
      return { sealed: (await this.sealer.sealNow(tx, domainId ?? null, this.clock.now())).map(viewOf) };
    });
  }

  /** Counts and digests the stored lines anew and compares them with the segment and with the searchable events (LOG-03). */
  verify(ctx: ActContext, id: Id): Promise<z.input<typeof SegmentCheck>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.segments.get(tx, id);
      const lines = await this.linesOf(row);
      const searchable = segmentLines(await this.events.ofSegment(tx, id));
      const events = lines === '' ? 0 : lines.trimEnd().split('\n').length;
      const faults = [
        ...(events === row.events ? [] : ['count-differs']),
        ...(contentDigest(lines) === row.content ? [] : ['content-differs']),
        ...(segmentDigest(headerOf(row)) === row.digest ? [] : ['digest-differs']),
        ...(contentDigest(searchable) === row.content ? [] : ['search-differs']),
      ];
      return { id, ok: faults.length === 0, events, faults };
    });
  }

  completeness(ctx: ActContext, { domainId }: z.output<typeof CompletenessQuery>): Promise<z.input<typeof Completeness>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const streams = (await this.streams.all(tx)).filter((stream) => domainId === undefined || stream.domainId === domainId);
      const shown = [];
      for (const stream of streams) {
        const chain = await this.segments.chain(tx, stream);
        const links = chain.map((row) => ({ header: headerOf(row), digest: row.digest }));
        const last = chain.at(-1);
        shown.push({
          domainId: stream.domainId,
          zone: stream.zone,
          since: stream.since,
          terminatedAt: stream.terminatedAt,
          sealedUntil: last?.until ?? null,
          segments: chain.length,
          events: chain.reduce((sum, { events }) => sum + events, 0),
          lost: chain.reduce((sum, { lost }) => sum + lost, 0),
          withGaps: chain.filter(({ gaps }) => gaps.length > 0).length,
          faults: chainFaults(links, stream.endedAt ?? last?.until ?? stream.since),
          keepUntil: last?.keepUntil ?? null,
        });
      }
      return { streams: shown };
    });
  }

  /** @throws Refusal `network-log.period-too-long`. */
  search(ctx: ActContext, query: z.output<typeof EventsQuery>): Promise<z.input<typeof EventPage>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const until = query.until ?? this.clock.now();
      const from = query.from ?? addDays(until, -1);
      if (addDays(from, mostDays) < until) throw refuse('network-log.period-too-long', { days: mostDays });
      const { everything, authorityIds } = reachOf(ctx.actor, ctx.at);
      const page = await this.events.search(tx, { ...query, from, until, authorityIds: everything ? undefined : authorityIds }, query);
      return { items: [...page.items], next: page.next };
    });
  }

  /**
   * Deletes a segment whose term has ended, oldest first, with its events and its file.
   * @throws Refusal `network-log.domain-not-ended`, `network-log.kept-until` for every role before that (LOG-01, LOG-02); the refused attempt is journalled.
   */
  delete(ctx: ActContext, id: Id): Promise<z.input<typeof SegmentDeleted>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.segments.lock(tx, id);
      if (row.keepUntil > this.clock.now()) throw refuse('network-log.kept-until', { id, keepUntil: row.keepUntil });
      // Half a year after the termination cannot have passed before there was one (LOG-01: the later of the two).
      if (row.domainId !== null && row.terminatedAt === null) throw refuse('network-log.domain-not-ended', { domainId: row.domainId });
      const oldest = await this.segments.oldest(tx, row);
      if (oldest !== undefined && oldest.id !== id) throw refuse('network-log.older-first', { id: oldest.id });
      await this.events.removeOf(tx, id);
      await this.segments.remove(tx, id);
      await tx.record({
        action: 'network-log-segment.deleted',
        object: { kind: 'network-log-segment', id },
        ...(row.domainId === null ? {} : { domainId: row.domainId }),
        before: headerOf(row),
      });
      await this.objects.remove(row.objectKey, row.objectVersion);
      return { id, deleted: true };
    });
  }

  /** Chains of all streams, for the board. */
  async chains(tx: Tx): Promise<readonly SegmentRow[][]> {
    const chains = [];
    for (const stream of await this.streams.all(tx)) chains.push(await this.segments.chain(tx, stream));
    return chains;
  }

  private async linesOf({ objectKey, objectVersion }: SegmentRow): Promise<string> {
    const parts: Uint8Array[] = [];
    for await (const part of await this.objects.get(objectKey, { sealedBy: segmentsKey, version: objectVersion })) parts.push(part);
    return gunzipSync(Buffer.concat(parts)).toString('utf8');
  }
}

const headerOf = ({ domainId, zone, from, until, events, lost, gaps, content, previous }: SegmentRow): SegmentHeader => ({
  format: 'opdomain.network-log-segment/v1',
  domainId,
  zone,
  from,
  until,
  events,
  lost,
  gaps,
  content,
  previous,
});

const viewOf = (row: SegmentRow): z.input<typeof SegmentView> => ({
  id: row.id,
  version: row.version,
  domainId: row.domainId,
  zone: row.zone,
  from: row.from,
  until: row.until,
  events: row.events,
  lost: row.lost,
  gaps: row.gaps.map(({ from, until }) => ({ from, until, ms: Date.parse(until) - Date.parse(from) })),
  complete: row.lost === 0 && row.gaps.length === 0,
  digest: row.digest,
  previous: row.previous,
  keepUntil: row.keepUntil,
  terminatedAt: row.terminatedAt,
});
