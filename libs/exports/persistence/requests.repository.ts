import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { exportTransitions } from '../domain/export-request.js';
import { In, type ObjectLiteral } from 'typeorm';
import type { ExportState } from '../domain/export-request.js';
import type { Volume } from '../domain/gate-facts.js';
import { CheckRoundRow, ExportRequestRow, ReviewRow } from './entities.js';
import { exportRequestTable } from './tables.js';

export interface RequestFilter {
  readonly scenarioId?: Id | undefined;
  readonly state?: ExportState | undefined;
}

export interface Tally {
  readonly released: number;
  readonly checked: number;
  readonly vetoed: number;
  /** Released although the checks of their round vetoed; must be none, as the next three. */
  readonly overVeto: number;
  readonly withoutReview: number;
  readonly withoutAuthority: number;
  readonly selfReleased: number;
}

@Injectable()
export class RequestsRepository {
  private readonly table = exportRequestTable;

  insert = (tx: Tx, row: Begun<ExportRequestRow, 'draft'>): Promise<ExportRequestRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<ExportRequestRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<ExportRequestRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: ExportRequestRow, change: Change<ExportRequestRow>): Promise<ExportRequestRow> =>
    this.table.update(tx, row, change);
  move = (tx: Tx, row: ExportRequestRow, change: Move<ExportRequestRow, typeof exportTransitions>): Promise<ExportRequestRow> =>
    this.table.move(tx, row, change);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<ExportRequestRow[]> => this.table.where(tx, { authorisationId });
  released = (tx: Tx, scenarioId: Id): Promise<ExportRequestRow[]> =>
    this.table.where(tx, { scenarioId, state: In<ExportState>(['released', 'expired']) });
  /** What was released for a scenario, and what may be: that stands in review or was approved. */
  comparable = async (tx: Tx, scenarioId: Id, except: Id): Promise<ExportRequestRow[]> => {
    const rows = await this.table.where(tx, { scenarioId, state: In<ExportState>(['in-review', 'approved', 'released', 'expired']) });
    return rows.filter(({ id }) => id !== except);
  };
  /** One release of a scenario after another: each sees what the one before let out. Held to the end of the transaction. */
  async releasing(tx: Tx, scenarioId: Id): Promise<void> {
    await managerOf(tx).query(`SELECT pg_advisory_xact_lock(hashtext('exports.release'), hashtext($1))`, [scenarioId]);
  }
  underReview = (tx: Tx): Promise<ExportRequestRow[]> => this.table.where(tx, { state: In<ExportState>(['in-review', 'approved']) });

  page = (tx: Tx, filter: RequestFilter, request: PageRequest): Promise<Page<ExportRequestRow>> => this.table.page(tx, filter, request);

  /** Bytes and rows that were released for a scenario, and what is approved and may be next. */
  async spent(tx: Tx, scenarioId: Id, except: Id, states: readonly ExportState[] = ['approved', 'released', 'expired']): Promise<Volume> {
    const rows: { bytes: string; rows: string }[] = await managerOf(tx).query(
      `SELECT coalesce(sum((volume->>'bytes')::bigint), 0) AS bytes, coalesce(sum((volume->>'rows')::bigint), 0) AS rows
       FROM exports.export_requests WHERE scenario_id = $1 AND id <> $2 AND state = ANY($3)`,
      [scenarioId, except, states],
    );
    return { bytes: Number(rows[0]?.bytes), rows: Number(rows[0]?.rows) };
  }

  /** Figures for the compliance board. */
  async tally(tx: Tx): Promise<Tally> {
    const rows: Record<keyof Tally, string>[] = await managerOf(tx).query(
      `WITH released AS (SELECT * FROM exports.export_requests WHERE released_at IS NOT NULL),
         votes AS (SELECT r.id, count(*) FILTER (WHERE v.verdict = 'yes') AS yes,
             count(*) FILTER (WHERE v.verdict = 'yes' AND v.party = 'authority') AS authority,
             count(*) FILTER (WHERE v.reviewer_id = r.released_by) AS own
           FROM released r LEFT JOIN exports.reviews v ON v.request_id = r.id AND v.round = r.round GROUP BY r.id)
       SELECT (SELECT count(*) FROM released) AS released, (SELECT count(*) FROM exports.check_rounds) AS checked,
         (SELECT count(*) FROM exports.check_rounds WHERE answer = 'veto') AS vetoed,
         (SELECT count(*) FROM released r JOIN exports.check_rounds c ON c.request_id = r.id AND c.round = r.round
            WHERE c.answer = 'veto') AS "overVeto",
         (SELECT count(*) FROM votes WHERE yes < 2) AS "withoutReview",
         (SELECT count(*) FROM votes WHERE authority = 0) AS "withoutAuthority",
         (SELECT count(*) FROM votes WHERE own > 0) + (SELECT count(*) FROM released WHERE released_by = requester_id) AS "selfReleased"`,
    );
    const figures = rows[0];
    const figure = (name: keyof Tally): number => Number(figures?.[name] ?? 0);
    return {
      released: figure('released'),
      checked: figure('checked'),
      vetoed: figure('vetoed'),
      overVeto: figure('overVeto'),
      withoutReview: figure('withoutReview'),
      withoutAuthority: figure('withoutAuthority'),
      selfReleased: figure('selfReleased'),
    };
  }

  async addRound(tx: Tx, row: CheckRoundRow): Promise<void> {
    await managerOf(tx).insert<ObjectLiteral>(CheckRoundRow, row);
  }

  async round(tx: Tx, requestId: Id, round: number): Promise<CheckRoundRow | undefined> {
    return (await managerOf(tx).findOne(CheckRoundRow, { where: { requestId, round } })) ?? undefined;
  }

  async addReview(tx: Tx, row: ReviewRow): Promise<void> {
    await managerOf(tx).insert<ObjectLiteral>(ReviewRow, row);
  }

  /** Of one round, with the grants that they were given by. */
  reviewsOf(tx: Tx, requestId: Id, round: number): Promise<ReviewRow[]> {
    return managerOf(tx).find(ReviewRow, { where: { requestId, round }, order: { id: 'ASC' } });
  }

  reviews(tx: Tx, requestId: Id): Promise<ReviewRow[]> {
    return managerOf(tx).find(ReviewRow, { where: { requestId }, order: { id: 'ASC' } });
  }
}
