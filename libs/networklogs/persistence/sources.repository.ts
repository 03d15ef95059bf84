import { addMs, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Interval, Source } from '../domain/coverage.js';

/** A loss that a source notes about now may be committed this much later. */
const underWayMs = 60_000;

/** What processes that watch a door of ours say of themselves. */
@Injectable()
export class SourcesRepository {
  /** A source that was not heard of since `heard` and named no end is absent from now on, until it says otherwise itself. */
  async notice(tx: Tx, now: Instant, heard: Instant): Promise<void> {
    await managerOf(tx).query(
      'UPDATE platform.connection_sources SET absent_at = $1 WHERE stopped_at IS NULL AND absent_at IS NULL AND seen_at < $2',
      [now, heard],
    );
  }

  /** All that can say something of a span which is not sealed yet, or of the pause before it. */
  async all(tx: Tx, pauseMs: number): Promise<Source[]> {
    const rows: { started: Date; flushed: Date; stopped: Date | null; absent: Date | null }[] = await managerOf(tx).query(
      `SELECT started_at AS started, coalesce(flushed_until, started_at) AS flushed, stopped_at AS stopped, absent_at AS absent
       FROM platform.connection_sources
       WHERE coalesce(stopped_at, absent_at, 'infinity') >= coalesce((
         SELECT min(coalesce((SELECT max(span_until) FROM networklogs.segments g
           WHERE g.domain_id IS NOT DISTINCT FROM s.domain_id AND g.zone = s.zone), s.since))
         FROM networklogs.streams s WHERE s.ended_at IS NULL), '-infinity') - $1 * interval '1 millisecond'`,
      [pauseMs],
    );
    return rows.map(({ started, flushed, stopped, absent }) => ({
      startedAt: started.toISOString(),
      flushedUntil: flushed.toISOString(),
      stoppedAt: stopped?.toISOString() ?? null,
      absentAt: absent?.toISOString() ?? null,
    }));
  }

  /**
   * Events that sources say they lost in the hours that a span touches, and in earlier ones where they said so after the segment before
   * was sealed: an upper bound.
   */
  async lost(tx: Tx, { from, until }: Interval, sealedBefore: Instant | null): Promise<number> {
    const rows: { lost: string | null }[] = await managerOf(tx).query(
      `SELECT sum(lost) AS lost FROM platform.connection_losses
       WHERE hour < $2 AND (hour + interval '1 hour' > $1 OR noted_at > $3::timestamptz)`,
      [from, until, sealedBefore === null ? null : addMs(sealedBefore, -underWayMs)],
    );
    return Number(rows[0]?.lost ?? 0);
  }
}
