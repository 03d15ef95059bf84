import type { Id, Instant, Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { keyOf, limitOf, managerOf, pageFrom } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { OpenWindow } from '../domain/entry-standing.js';

export interface EntryRow {
  readonly id: Id;
  readonly index: number | null;
  readonly recordedAt: Instant;
  readonly canonical: string;
  readonly sm3: string;
}
/** What entries are chosen by; every member narrows. */
export interface EntryFilter {
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly objectId?: string | undefined;
  readonly personId?: string | undefined;
  readonly unitId?: string | undefined;
  readonly authorisationId?: string | undefined;
  readonly scenarioId?: string | undefined;
  readonly domainId?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  /** Entries older than this one. */
  readonly before?: Id | undefined;
}

interface Raw {
  id: Id;
  index: string | null;
  recorded_at: Date;
  canonical: string;
  sm3: string;
}
const columns = 'id, index, recorded_at, canonical, sm3';
const rowOf = ({ id, index, recorded_at, canonical, sm3 }: Raw): EntryRow => ({
  id,
  index: index === null ? null : Number(index),
  recordedAt: recorded_at.toISOString(),
  canonical,
  sm3,
});

const conditions: Record<keyof EntryFilter, string> = {
  action: 'action = ?',
  outcome: 'outcome = ?',
  objectId: 'object_id = ?',
  personId: 'person_id = ?::uuid',
  unitId: 'unit_id = ?::uuid',
  authorisationId: 'authorisation_id = ?::uuid',
  scenarioId: 'scenario_id = ?::uuid',
  domainId: 'domain_id = ?::uuid',
  from: 'recorded_at >= ?::timestamptz',
  until: 'recorded_at < ?::timestamptz',
  before: 'id < ?::uuid',
};

/** Reads the journal. Never writes it. */
@Injectable()
export class EntriesRepository {
  async find(tx: Tx, id: Id, visibility: Reach): Promise<EntryRow | undefined> {
    const where = await this.where(tx, {}, visibility, ['id = ?::uuid', id]);
    const rows: Raw[] = await managerOf(tx).query(`SELECT ${columns} FROM platform.journal WHERE ${where.text}`, where.values);
    return rows[0] === undefined ? undefined : rowOf(rows[0]);
  }

  /** Newest first. */
  async page(tx: Tx, filter: EntryFilter, visibility: Reach, request: PageRequest): Promise<Page<EntryRow>> {
    const limit = limitOf(request);
    const { text, values } = await this.where(tx, { ...filter, before: keyOf(request) }, visibility);
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM platform.journal WHERE ${text} ORDER BY id DESC LIMIT ${String(limit + 1)}`,
      values,
    );
    return pageFrom(rows.map(rowOf), limit, ({ id }) => id);
  }

  /** Those that have their place below `size`, in the order of the log; and how many match but have none yet. */
  async ofCase(
    tx: Tx,
    filter: EntryFilter,
    visibility: Reach,
    size: number,
    most: number,
  ): Promise<{ rows: EntryRow[]; placed: number; unplaced: number }> {
    const { text, values } = await this.where(tx, filter, visibility);
    const below = String(size);
    const counted: { placed: string; unplaced: string }[] = await managerOf(tx).query(
      `SELECT count(*) FILTER (WHERE index < ${below}) AS placed, count(*) FILTER (WHERE index IS NULL OR index >= ${below}) AS unplaced
       FROM platform.journal WHERE ${text}`,
      values,
    );
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM platform.journal WHERE ${text} AND index < ${below} ORDER BY index LIMIT ${String(most)}`,
      values,
    );
    return { rows: rows.map(rowOf), placed: Number(counted[0]?.placed), unplaced: Number(counted[0]?.unplaced) };
  }

  /** Entries at `from` to `until` (exclusive) of the log, in order. */
  async range(tx: Tx, from: number, until: number): Promise<EntryRow[]> {
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT ${columns} FROM platform.journal WHERE index >= $1 AND index < $2 ORDER BY index`,
      [from, until],
    );
    return rows.map(rowOf);
  }

  /** What no checkpoint of this size covers. */
  async beyond(tx: Tx, size: number): Promise<OpenWindow> {
    const rows: { entries: string; oldest: Date | null }[] = await managerOf(tx).query(
      'SELECT count(*) AS entries, min(recorded_at) AS oldest FROM platform.journal WHERE index IS NULL OR index >= $1',
      [size],
    );
    return { entries: Number(rows[0]?.entries), oldestRecordedAt: rows[0]?.oldest?.toISOString() ?? null };
  }

  private async where(
    tx: Tx,
    filter: EntryFilter,
    visibility: Reach,
    ...more: readonly (readonly [string, string])[]
  ): Promise<{ text: string; values: unknown[] }> {
    const values: unknown[] = [];
    const put = (condition: string, value: unknown) => condition.replace('?', `$${String(values.push(value))}`);
    const parts = (Object.keys(conditions) as (keyof EntryFilter)[]).flatMap((name) =>
      filter[name] === undefined ? [] : [put(conditions[name], filter[name])],
    );
    parts.push(...more.map(([condition, value]) => put(condition, value)));
    if (!visibility.everything) {
      const mine = [
        put('unit_id = ANY (?::uuid[])', visibility.unitIds),
        put('organisation_id = ANY (?::uuid[])', visibility.authorityIds),
      ];
      if (await this.knowsAuthorities(tx))
        mine.push(
          put(
            'authorisation_id IN (SELECT id FROM authorisations.v_authorisations WHERE authority_id = ANY (?::uuid[]))',
            visibility.authorityIds,
          ),
        );
      parts.push(`(${mine.join(' OR ')})`);
    }
    return { text: parts.length === 0 ? 'true' : parts.join(' AND '), values };
  }

  /** The published view of authorisations; an installation composed without that context has none. */
  private async knowsAuthorities(tx: Tx): Promise<boolean> {
    const rows: { found: boolean }[] = await managerOf(tx).query(
      `SELECT to_regclass('authorisations.v_authorisations') IS NOT NULL AS found`,
    );
    return rows[0]?.found === true;
  }
}
