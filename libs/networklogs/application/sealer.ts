import { gzipSync } from 'node:zlib';
import { addMs, type Clock, type Id, type Instant, logsKeptUntil, newId, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { type Keys, KEYS } from '#platform/keys';
import { type Objects, OBJECTS } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { NETWORK_LOGS_CONFIG, type NetworkLogsConfig } from '../config.js';
import { KeptMonths } from './kept-months.js';
import { cutsBetween, gapsOf, hourOf, type Interval, type Source, writtenUntil } from '../domain/coverage.js';
import { contentDigest, segmentDigest, type SegmentHeader, segmentLines } from '../domain/segment.js';
import type { SegmentRow } from '../persistence/entities.js';
import { EventsRepository } from '../persistence/events.repository.js';
import { SegmentsRepository } from '../persistence/segments.repository.js';
import { SourcesRepository } from '../persistence/sources.repository.js';
import { type Stream, StreamsRepository } from '../persistence/streams.repository.js';
import { refuse } from '../domain/refusals.js';

/** Encrypts the segments; no key of any domain, so that the logs outlive what they tell of (LOG-02). */
export const segmentsKey = 'networklogs/segments';
/** A source says every two seconds that it is there: after five times that it is absent. A pause between an end and a start that is no longer is none. */
const absentAfterMs = 10_000;
/** Connections taken over and segments sealed in one turn; a longer backlog takes several. */
const [mostEvents, mostSegments] = [5_000, 48];

/** Takes connections over and seals every hour of every stream. One at a time, in whichever worker holds the lock. */
@Injectable()
export class Sealer {
  private keyMade = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(NETWORK_LOGS_CONFIG) private readonly config: NetworkLogsConfig,
    private readonly months: KeptMonths,
    private readonly streams: StreamsRepository,
    private readonly sources: SourcesRepository,
    private readonly events: EventsRepository,
    private readonly segments: SegmentsRepository,
  ) {}

  /** @returns how much was done; 0 when there is nothing to do, or another worker does it. */
  async turn(): Promise<number> {
    await this.ensureKey();
    const now = this.clock.now();
    let sources: Source[] = [];
    const collected = await this.unitOfWork.run(systemAct('networklogs', 'network-log.collected', now), async (tx) => {
      if (!(await this.streams.claim(tx))) return 0;
      sources = await this.heard(tx, now);
      await this.streams.open(tx, { domainId: null, zone: 'control', authorisationId: null, unitId: null, since: hourOf(now) });
      return this.events.collect(tx, mostEvents);
    });
    return collected + (collected < mostEvents ? await this.sealDue(now, sources) : 0) + (await this.extend(now));
  }

  /**
   * Seals what there is of a domain's streams, or of the platform's own, up to when every living source has written what it saw.
   * @param tx the act's own transaction, which records each segment
   * @returns the new segments; none where nothing more is written than the last ones hold
   * @throws Refusal `network-log.no-stream`
   */
  async sealNow(tx: Tx, domainId: Id | null, now: Instant): Promise<SegmentRow[]> {
    await this.ensureKey();
    const sources = await this.heard(tx, now);
    while ((await this.events.collect(tx, mostEvents)) === mostEvents);
    const reached = writtenUntil(sources) ?? now;
    const open = (await this.streams.all(tx)).filter((stream) => stream.domainId === domainId && stream.endedAt === null);
    if (open.length === 0) throw refuse('network-log.no-stream');
    const sealed: SegmentRow[] = [];
    for (const stream of open) {
      const from = (await this.segments.last(tx, stream))?.until ?? stream.since;
      // Whoever still writes is waited for; whoever has not for so long leaves a gap.
      const until = reached > from && reached < now ? reached : addMs(from, absentAfterMs) < now ? now : from;
      if (from < until) sealed.push(await this.seal(tx, stream, { from, until }, sources));
    }
    // The act is audited also where nothing newer was written.
    const [asked] = open;
    if (sealed.length === 0 && asked !== undefined)
      await tx.record({
        action: 'network-log-segment.sealed',
        object: { kind: 'network-log-stream', id: asked.id },
        ...(domainId === null ? {} : { domainId }),
        details: { sealed: 0 },
      });
    return sealed;
  }

  private async ensureKey(): Promise<void> {
    if (!this.keyMade) await this.keys.create(segmentsKey);
    this.keyMade = true;
  }

  /** What sources say; asked before what they wrote is collected, so that none claims more than what is collected then. */
  private async heard(tx: Tx, now: Instant): Promise<Source[]> {
    await this.sources.notice(tx, now, addMs(now, -absentAfterMs));
    return this.sources.all(tx, absentAfterMs);
  }

  private sealDue(now: Instant, sources: readonly Source[]): Promise<number> {
    return this.unitOfWork.run(systemAct('networklogs', 'network-log-segment.sealed', now), async (tx) => {
      if (!(await this.streams.claim(tx))) return 0;
      let sealed = 0;
      for (const stream of await this.streams.all(tx)) {
        if (stream.endedAt !== null) continue;
        let from = (await this.segments.last(tx, stream))?.until ?? stream.since;
        for (const cut of cutsBetween(from, addMs(now, -1000 * this.config.graceSeconds))) {
          if (sealed >= mostSegments) return sealed;
          await this.seal(tx, stream, { from, until: cut }, sources);
          [from, sealed] = [cut, sealed + 1];
        }
        if (stream.terminatedAt === null) continue;
        const reached = writtenUntil(sources) ?? now;
        // What the living sources saw until the termination is written soon; what takes longer than that is a gap.
        if (reached < stream.terminatedAt && now < addMs(stream.terminatedAt, 1000 * this.config.graceSeconds)) continue;
        const until = reached > from && reached >= stream.terminatedAt && reached < now ? reached : now;
        if (from < until) await this.seal(tx, stream, { from, until }, sources);
        await this.streams.end(tx, stream.id, until);
        sealed += 1;
      }
      return sealed;
    });
  }

  private async seal(tx: Tx, stream: Stream, span: Interval, sources: readonly Source[]): Promise<SegmentRow> {
    const { domainId, zone, terminatedAt } = stream;
    const { from, until } = span;
    const events = await this.events.unsealed(tx, stream, until);
    const lines = segmentLines(events);
    const last = await this.segments.last(tx, stream);
    const header: SegmentHeader = {
      format: 'opdomain.network-log-segment/v1',
      domainId,
      zone,
      from,
      until,
      events: events.length,
      lost: await this.sources.lost(tx, span, last?.createdAt ?? null),
      // Flow sources of the zones come with nodes; until one reports, nobody watched there and the segment says so.
      gaps: gapsOf(span, zone === 'control' ? sources : [], absentAfterMs),
      content: contentDigest(lines),
      previous: last?.digest ?? null,
    };
    const keepMonths = (await this.months.all(tx)).for(stream.authorisationId);
    const [id, keep] = [newId(), logsKeptUntil(until, terminatedAt, keepMonths)];
    const name = [from, until].map((at) => at.replace(/[-:.]/g, '')).join('-');
    const stored = await this.objects.put(`networklogs/${domainId ?? 'platform'}/${zone}/${name}.ndjson.gz`, gzipSync(lines), {
      sealedBy: segmentsKey,
      retainUntil: keep,
    });
    const { format: _format, gaps, ...row } = header;
    const segment = await this.segments.insert(tx, {
      ...row,
      id,
      createdAt: this.clock.now(),
      gaps: [...gaps],
      digest: segmentDigest(header),
      objectKey: stored.key,
      objectVersion: stored.version,
      keepUntil: keep,
      keepMonths,
      terminatedAt,
    });
    await this.events.seal(tx, id, events);
    await tx.record({
      action: 'network-log-segment.sealed',
      object: { kind: 'network-log-segment', id },
      ...(domainId === null ? {} : { domainId }),
      after: header,
      details: { events: header.events, lost: header.lost, gaps: gaps.length },
    });
    return segment;
  }

  /** A termination and a higher configured term make what is already kept be kept longer; nothing makes it shorter. */
  private extend(now: Instant): Promise<number> {
    return this.unitOfWork.run(systemAct('networklogs', 'network-log-segment.extended', now), async (tx) => {
      const due = await this.segments.toExtend(tx, await this.months.all(tx), mostSegments);
      for (const { row, terminatedAt, keepMonths } of due) {
        const wanted = logsKeptUntil(row.until, terminatedAt, keepMonths);
        const until = wanted > row.keepUntil ? wanted : row.keepUntil;
        if (until > row.keepUntil) await this.objects.retain(row.objectKey, row.objectVersion, until);
        await this.segments.update(tx, row, { keepUntil: until, keepMonths: Math.max(keepMonths, row.keepMonths), terminatedAt });
        await tx.record({
          action: 'network-log-segment.extended',
          object: { kind: 'network-log-segment', id: row.id },
          ...(row.domainId === null ? {} : { domainId: row.domainId }),
          details: { keepUntil: until },
        });
      }
      return due.length;
    });
  }
}
