import { type Id, type Instant, newId } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { LogZone } from '../domain/network-event.js';

/** One zone of one domain (or the platform's own door) whose every hour must be sealed. */
export interface Stream {
  readonly id: Id;
  readonly domainId: Id | null;
  readonly authorisationId: Id | null;
  readonly zone: LogZone;
  readonly since: Instant;
  readonly terminatedAt: Instant | null;
  readonly endedAt: Instant | null;
}
interface Raw {
  id: Id;
  domain_id: Id | null;
  authorisation_id: Id | null;
  zone: LogZone;
  since: Date;
  terminated_at: Date | null;
  ended_at: Date | null;
}
const iso = (date: Date | null): Instant | null => date?.toISOString() ?? null;
const streamOf = ({ id, domain_id, authorisation_id, zone, since, terminated_at, ended_at }: Raw): Stream => ({
  id,
  domainId: domain_id,
  authorisationId: authorisation_id,
  zone,
  since: since.toISOString(),
  terminatedAt: iso(terminated_at),
  endedAt: iso(ended_at),
});

@Injectable()
export class StreamsRepository {
  /** Whether this transaction is the collector and sealer; held until it ends. */
  async claim(tx: Tx): Promise<boolean> {
    const rows: { mine: boolean }[] = await managerOf(tx).query(
      `SELECT pg_try_advisory_xact_lock(hashtext('opdomain.networklogs')) AS mine`,
    );
    return rows[0]?.mine === true;
  }

  /** For a person's act, which waits for the worker instead of going home. */
  async waitForClaim(tx: Tx): Promise<void> {
    await managerOf(tx).query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.networklogs'))`);
  }

  async open(
    tx: Tx,
    stream: { domainId: Id | null; zone: LogZone; authorisationId: Id | null; unitId: Id | null; since: Instant },
  ): Promise<void> {
    await managerOf(tx).query(
      `INSERT INTO networklogs.streams (id, domain_id, zone, authorisation_id, unit_id, since) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (domain_id, zone) DO NOTHING`,
      [newId(), stream.domainId, stream.zone, stream.authorisationId, stream.unitId, stream.since],
    );
  }

  async all(tx: Tx): Promise<Stream[]> {
    const rows: Raw[] = await managerOf(tx).query(
      'SELECT id, domain_id, authorisation_id, zone, since, terminated_at, ended_at FROM networklogs.streams ORDER BY since, id',
    );
    return rows.map(streamOf);
  }

  async terminate(tx: Tx, domainId: Id, at: Instant): Promise<void> {
    await managerOf(tx).query('UPDATE networklogs.streams SET terminated_at = $2 WHERE domain_id = $1 AND terminated_at IS NULL', [
      domainId,
      at,
    ]);
  }

  async end(tx: Tx, id: Id, at: Instant): Promise<void> {
    await managerOf(tx).query('UPDATE networklogs.streams SET ended_at = $2 WHERE id = $1', [id, at]);
  }
}
