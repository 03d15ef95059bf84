import type { CutScope, Digest, Id, Instant, SignedDocument } from '#kernel';

import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { ArrayContains, In, LessThanOrEqual } from 'typeorm';
import { passing } from '../domain/revocation.js';
import { RevocationRow } from './entities.js';
import { revocationTable } from './tables.js';

export interface RevocationFilter {
  readonly scopeId?: Id | undefined;
  readonly caseId?: Id | undefined;
}

@Injectable()
export class RevocationsRepository {
  private readonly table = revocationTable;

  insert = (tx: Tx, row: Begun<RevocationRow, 'cutting'>): Promise<RevocationRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<RevocationRow> => this.table.get(tx, id);
  find = (tx: Tx, ids: readonly Id[]): Promise<RevocationRow[]> => this.table.where(tx, { id: In([...ids]) });
  lock = (tx: Tx, id: Id): Promise<RevocationRow> => this.table.lock(tx, id);

  /** Keeps what the last attempt left open, so that it can be seen while it is tried again, and what it has shown, which is not asked again. */
  saveOpen = (tx: Tx, row: RevocationRow, kept: Pick<RevocationRow, 'open' | 'shown' | 'seenAt'>): Promise<RevocationRow> =>
    this.table.update(tx, row, kept);

  close = (tx: Tx, row: RevocationRow, receipt: SignedDocument, receiptDigest: Digest, closedAt: Instant): Promise<RevocationRow> =>
    this.table.move(tx, row, { state: 'closed', closedAt, open: [], shown: [], receipt, receiptDigest });

  supersede = (tx: Tx, row: RevocationRow): Promise<RevocationRow> => this.table.move(tx, row, { state: 'superseded' });

  /** Those of the seats that another revocation, and no pause, is still worked for: by its receipt they become revoked, not by this one's. */
  async stillCutting(tx: Tx, id: Id, seatIds: readonly Id[]): Promise<ReadonlySet<Id>> {
    if (seatIds.length === 0) return new Set();
    const rows: { id: Id }[] = await managerOf(tx).query(
      `SELECT DISTINCT s.id FROM unnest($2::uuid[]) AS s (id) JOIN seats.revocations r ON s.id = ANY (r.seat_ids) AND r.state = 'cutting' AND r.id <> $1
         AND r.cause <> ALL ($3::text[])`,
      [id, seatIds, [...passing]],
    );
    return new Set(rows.map((row) => row.id));
  }

  /** Pauses and suspensions of a seat whose receipt is still worked for; locked. */
  passingOf = (tx: Tx, seatId: Id): Promise<RevocationRow[]> =>
    managerOf(tx)
      .createQueryBuilder(RevocationRow, 'r')
      .setLock('pessimistic_write')
      .where(`:seatId = ANY(r.seatIds) AND r.state = 'cutting' AND r.cause IN (:...causes)`, { seatId, causes: passing })
      .getMany();

  /** Suspensions and stops of a whole scope until then whose receipt is still worked for; locked. */
  passingOfScope = (tx: Tx, scope: CutScope, until: Instant): Promise<RevocationRow[]> =>
    managerOf(tx)
      .createQueryBuilder(RevocationRow, 'r')
      .setLock('pessimistic_write')
      .where({ scopeKind: scope.kind, scopeId: scope.id, state: 'cutting', cause: In([...passing]), committedAt: LessThanOrEqual(until) })
      .orderBy('r.id')
      .getMany();

  /** Revocations of a seat, newest first. */
  ofSeat = (tx: Tx, seatId: Id): Promise<RevocationRow[]> =>
    managerOf(tx).createQueryBuilder(RevocationRow, 'r').where(':seatId = ANY(r.seatIds)', { seatId }).orderBy('r.id', 'DESC').getMany();

  /** Those of them that the caller sees. */
  pageOfSeat = (tx: Tx, seatId: Id, request: PageRequest): Promise<Page<RevocationRow>> =>
    this.table.page(tx, { seatIds: ArrayContains([seatId]) }, request);

  page = (tx: Tx, filter: RevocationFilter, request: PageRequest): Promise<Page<RevocationRow>> => this.table.page(tx, filter, request);
  assertSees = (tx: Tx, row: RevocationRow): Promise<void> => this.table.assertSees(tx, row);

  /** For the board. @param lateBefore a receipt that is still worked for, of a revocation committed before this, is late. */
  async standing(
    tx: Tx,
    lateBefore: Instant,
  ): Promise<{ active: number; late: number; closed: number; last: { digest: string; at: Instant; cutWithinMs: number } | null }> {
    const manager = managerOf(tx);
    const [counts]: { active: number; late: number; closed: number }[] = await manager.query(
      `SELECT (SELECT count(*)::int FROM seats.seats WHERE state = 'active') AS active,
         count(*) FILTER (WHERE state = 'cutting' AND created_at < $1)::int AS late, count(*) FILTER (WHERE state = 'closed')::int AS closed
       FROM seats.revocations`,
      [lateBefore],
    );
    const [last]: { digest: string; closed_at: Date; ms: number }[] = await manager.query(
      `SELECT receipt_digest AS digest, closed_at, (receipt -> 'document' ->> 'cutWithinMs')::int AS ms
       FROM seats.revocations WHERE state = 'closed' ORDER BY closed_at DESC, id DESC LIMIT 1`,
    );
    return {
      ...(counts ?? { active: 0, late: 0, closed: 0 }),
      last: last === undefined ? null : { digest: last.digest, at: last.closed_at.toISOString(), cutWithinMs: last.ms },
    };
  }
}
