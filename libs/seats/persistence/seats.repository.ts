import { type CutScope, type Day, type Id, type Instant, newId, type Reached } from '#kernel';

import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { LapseNotice, NoticeDays } from '../domain/lapse-notices.js';
import type { ConditionName } from '../domain/condition-names.js';
import { occupying, type SeatClass, type SeatState, type seatTransitions } from '../domain/seat.js';
import { SeatRow } from './entities.js';
import { seatTable } from './tables.js';

export interface SeatFilter {
  readonly scenarioId?: Id | undefined;
  readonly personId?: Id | undefined;
  readonly state?: SeatState | undefined;
}

/** Column of a seat that a scope names. A domain has one authorisation, which its caller resolves. */
const columnOf = { seat: 'id', person: 'person_id', unit: 'unit_id', authorisation: 'authorisation_id', scenario: 'scenario_id' } as const;
export type SeatScope = CutScope & { readonly kind: keyof typeof columnOf };

@Injectable()
export class SeatsRepository {
  private readonly table = seatTable;

  insert = (tx: Tx, row: Begun<SeatRow, 'requested'>): Promise<SeatRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SeatRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<SeatRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: SeatRow, change: Pick<SeatRow, 'pausedBy'>): Promise<SeatRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: SeatRow, change: Pick<SeatRow, 'pausedBy'> & { state: Reached<typeof seatTransitions> }): Promise<SeatRow> =>
    this.table.move(tx, row, change);

  /** What a person may see: the reach of their roles, and their own seats. */
  page = (tx: Tx, filter: SeatFilter, request: PageRequest): Promise<Page<SeatRow>> => this.table.page(tx, filter, request);
  sees = (tx: Tx, row: SeatRow): Promise<boolean> => this.table.sees(tx, row);
  assertSees = (tx: Tx, row: SeatRow): Promise<void> => this.table.assertSees(tx, row);

  /** Places taken in a class under an authorisation, without the seat itself. The caller holds the authorisation's lock. */
  async taken(tx: Tx, authorisationId: Id, seatClass: SeatClass, except: Id): Promise<number> {
    const rows: { taken: number }[] = await managerOf(tx).query(
      'SELECT count(*)::int AS taken FROM seats.seats WHERE authorisation_id = $1 AND class = $2 AND id <> $3 AND state = ANY($4)',
      [authorisationId, seatClass, except, occupying],
    );
    return rows[0]?.taken ?? 0;
  }

  /** Seats of a scope that are in one of the states, in the order in which everyone locks them. */
  async idsOf(tx: Tx, scope: SeatScope, states: readonly SeatState[]): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      `SELECT id FROM seats.seats WHERE ${columnOf[scope.kind]} = $1 AND state = ANY($2) ORDER BY id`,
      [scope.id, states],
    );
    return rows.map(({ id }) => id);
  }

  /** Of some seats, those that are in one of the states. */
  among = (tx: Tx, ids: readonly Id[], states: readonly SeatState[]): Promise<SeatRow[]> =>
    this.table.where(tx, { id: In([...ids]), state: In([...states]) });

  /** Of some seats, those whose receipt is worked for; locked. */
  lockRevoking = (tx: Tx, ids: readonly Id[]): Promise<SeatRow[]> =>
    managerOf(tx)
      .createQueryBuilder(SeatRow, 's')
      .setLock('pessimistic_write')
      .where({ id: In([...ids]), state: 'revoking' })
      .orderBy('s.id')
      .getMany();

  find = (tx: Tx, ids: readonly Id[]): Promise<SeatRow[]> => this.table.where(tx, { id: In([...ids]) });

  async openSeat(tx: Tx, personId: Id, scenarioId: Id): Promise<SeatRow | undefined> {
    const [found] = await this.table.where(tx, { personId, scenarioId, state: In([...occupying]) });
    return found;
  }

  /** The newest seat of a person in a scenario, in whatever state. */
  lastSeat = async (tx: Tx, personId: Id, scenarioId: Id): Promise<SeatRow | undefined> =>
    (await this.table.where(tx, { personId, scenarioId })).at(-1);

  /** Whether a person holds or held a seat under a unit's authorisations. */
  everHeld = async (tx: Tx, personId: Id, unitId: Id): Promise<boolean> =>
    (await this.table.where(tx, { personId, unitId, state: Not(In<SeatState>(['requested', 'refused'])) })).length > 0;

  async noticesSent(tx: Tx, seatId: Id): Promise<LapseNotice[]> {
    const rows: { condition: ConditionName; lapses_at: Date; days: NoticeDays }[] = await managerOf(tx).query(
      'SELECT condition, lapses_at, days FROM seats.lapse_notices WHERE seat_id = $1',
      [seatId],
    );
    return rows.map((row) => ({ condition: row.condition, at: row.lapses_at.toISOString(), days: row.days }));
  }

  async addNotice(tx: Tx, seatId: Id, notice: LapseNotice, sentAt: Instant): Promise<void> {
    await managerOf(tx).query(
      'INSERT INTO seats.lapse_notices (seat_id, condition, lapses_at, days, sent_at) VALUES ($1, $2, $3, $4, $5)',
      [seatId, notice.condition, notice.at, notice.days, sentAt],
    );
  }

  /** @returns the id of the seat day, or undefined when that day was counted before. */
  async addDay(tx: Tx, seatId: Id, day: Day, seatClass: SeatClass): Promise<Id | undefined> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      'INSERT INTO seats.seat_days (id, seat_id, day, class) VALUES ($1, $2, $3, $4) ON CONFLICT (seat_id, day) DO NOTHING RETURNING id',
      [newId(), seatId, day, seatClass],
    );
    return rows[0]?.id;
  }
}
