import type { Id, Instant } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { keyOf, limitOf, managerOf, pageFrom } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { NetworkEvent } from '../domain/network-event.js';
import type { Stream } from './streams.repository.js';

interface Raw {
  id: Id;
  started_at: Date;
  ended_at: Date | null;
  source: NetworkEvent['source'];
  domain_id: Id | null;
  zone: NetworkEvent['zone'];
  person_id: Id | null;
  unit_id: Id | null;
  seat_id: Id | null;
  from_address: string | null;
  from_port: number | null;
  target: string;
  target_port: number | null;
  protocol: string;
  bytes_in: string | null;
  bytes_out: string | null;
  verdict: NetworkEvent['verdict'];
  reason: string;
}
const numberOf = (text: string | null): number | null => (text === null ? null : Number(text));
const eventOf = (raw: Raw): NetworkEvent => ({
  id: raw.id,
  startedAt: raw.started_at.toISOString(),
  endedAt: raw.ended_at?.toISOString() ?? null,
  source: raw.source,
  domainId: raw.domain_id,
  zone: raw.zone,
  personId: raw.person_id,
  unitId: raw.unit_id,
  seatId: raw.seat_id,
  fromAddress: raw.from_address,
  fromPort: raw.from_port,
  to: raw.target,
  toPort: raw.target_port,
  protocol: raw.protocol,
  bytesIn: numberOf(raw.bytes_in),
  bytesOut: numberOf(raw.bytes_out),
  verdict: raw.verdict,
  reason: raw.reason,
});
const columns = `id, started_at, ended_at, source, domain_id, zone, person_id, unit_id, seat_id, host(from_address) AS from_address, from_port,
  target, target_port, protocol, bytes_in, bytes_out, verdict, reason`;

export interface EventFilter {
  readonly from: Instant;
  readonly until: Instant;
  readonly personId?: Id | undefined;
  readonly unitId?: Id | undefined;
  readonly domainId?: Id | undefined;
  readonly address?: string | undefined;
  readonly verdict?: string | undefined;
  /** An authority's reach; undefined for who sees everything. */
  readonly authorityIds?: readonly Id[] | undefined;
}

const moment = `date_trunc('milliseconds', started_at)`;

@Injectable()
export class EventsRepository {
  /**
   * Takes over what processes of ours left, at most `most` at once; what was answered before it reached a route (`status n, why`) was denied.
   * @returns how many
   */
  async collect(tx: Tx, most: number): Promise<number> {
    const manager = managerOf(tx);
    const days: { day: string }[] = await manager.query(
      `SELECT DISTINCT to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day FROM (SELECT started_at FROM platform.connections ORDER BY id LIMIT $1) AS c`,
      [most],
    );
    for (const { day } of days) await manager.query('SELECT networklogs.ensure_day($1::date)', [day]);
    const rows: { n: string }[] = await manager.query(
      `WITH taken AS (
         DELETE FROM platform.connections
         WHERE id IN (SELECT id FROM platform.connections ORDER BY id LIMIT $1) AND (started_at AT TIME ZONE 'UTC')::date = ANY ($2::date[])
         RETURNING *
       ), written AS (
         INSERT INTO networklogs.events (id, started_at, ended_at, source, domain_id, zone, person_id, unit_id, from_address, from_port, target,
           protocol, bytes_in, bytes_out, verdict, reason)
         SELECT id, started_at, ended_at, 'api', domain_id, 'control', person_id, organisation_id, address, port, target, 'http', bytes_in, bytes_out,
           CASE WHEN closed_because ~ '^status ((401|403|404|429)|[0-9]+, )' THEN 'denied' ELSE 'allowed' END, closed_because
         FROM taken
         -- Handed over twice, where the answer to the first commit was lost after it had been taken over.
         ON CONFLICT DO NOTHING
       ) SELECT count(*) AS n FROM taken`,
      [most, days.map(({ day }) => day)],
    );
    return Number(rows[0]?.n);
  }

  /**
   * Events of a stream that no segment holds yet. What arrived late for an earlier span is among them and loses nothing; what belongs to
   * a domain without an open stream goes to the platform's own.
   */
  async unsealed(tx: Tx, { domainId, zone }: Stream, until: Instant): Promise<NetworkEvent[]> {
    const mine =
      domainId === null
        ? `zone = $2 AND (domain_id IS NULL OR NOT EXISTS (SELECT 1 FROM networklogs.streams s
             WHERE s.domain_id = e.domain_id AND s.zone = e.zone AND s.ended_at IS NULL)) AND $3::uuid IS NULL`
        : 'zone = $2 AND domain_id = $3';
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM networklogs.events e WHERE segment_id IS NULL AND started_at < $1 AND ${mine} ORDER BY started_at, id`,
      [until, zone, domainId],
    );
    return rows.map(eventOf);
  }

  async seal(tx: Tx, segmentId: Id, events: readonly NetworkEvent[]): Promise<void> {
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return;
    await managerOf(tx).query(
      `UPDATE networklogs.events SET segment_id = $1 WHERE id = ANY ($2::uuid[]) AND started_at BETWEEN $3 AND $4 AND segment_id IS NULL`,
      [segmentId, events.map(({ id }) => id), first.startedAt, last.startedAt],
    );
  }

  async ofSegment(tx: Tx, segmentId: Id): Promise<NetworkEvent[]> {
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM networklogs.events WHERE segment_id = $1 ORDER BY started_at, id`,
      [segmentId],
    );
    return rows.map(eventOf);
  }

  async removeOf(tx: Tx, segmentId: Id): Promise<void> {
    await managerOf(tx).query('DELETE FROM networklogs.events WHERE segment_id = $1', [segmentId]);
  }

  /** Newest first; the cursor is as fine as what is shown of a moment, and the id decides between equals. */
  async search(tx: Tx, filter: EventFilter, request: PageRequest): Promise<Page<NetworkEvent>> {
    const limit = limitOf(request);
    const values: unknown[] = [filter.from, filter.until];
    const parts = ['started_at >= $1', 'started_at < $2'];
    const narrow = (condition: string, value: unknown) => {
      if (value !== undefined) parts.push(condition.replace('?', `$${String(values.push(value))}`));
    };
    narrow('person_id = ?::uuid', filter.personId);
    narrow('unit_id = ?::uuid', filter.unitId);
    narrow('domain_id = ?::uuid', filter.domainId);
    narrow('from_address = ?::inet', filter.address);
    narrow('verdict = ?', filter.verdict);
    const [startedAt, before] = keyOf(request, 'moment')?.split(' ') ?? [];
    if (startedAt !== undefined) {
      const at = `$${String(values.push(startedAt))}`;
      narrow(`(${moment}, id) < (${at}::timestamptz, ?::uuid)`, before);
    }
    narrow(
      `domain_id IN (SELECT s.domain_id FROM networklogs.streams s JOIN authorisations.v_authorisations a ON a.id = s.authorisation_id
         WHERE a.authority_id = ANY (?::uuid[]))`,
      filter.authorityIds,
    );
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM networklogs.events WHERE ${parts.join(' AND ')}
       ORDER BY ${moment} DESC, id DESC LIMIT ${String(limit + 1)}`,
      values,
    );
    return pageFrom(rows.map(eventOf), limit, (event) => `${event.startedAt} ${event.id}`);
  }
}
