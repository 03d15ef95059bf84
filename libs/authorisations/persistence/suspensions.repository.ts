import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import type { Change, Move, Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { rectificationTransitions } from '../domain/rectification.states.js';
import type { suspensionTransitions } from '../domain/suspension.states.js';
import { RectificationRow, SuspensionRow } from './authorisation.entities.js';
import { suspensionTable, rectificationTable } from './tables.js';

const openStates = ['imposed', 'rectifying', 'overdue'] as const;

@Injectable()
export class SuspensionsRepository {
  private readonly suspensions = suspensionTable;
  private readonly rectifications = rectificationTable;

  insert = (tx: Tx, row: Begun<SuspensionRow, 'imposed'>): Promise<SuspensionRow> => this.suspensions.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SuspensionRow> => this.suspensions.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<SuspensionRow> => this.suspensions.lock(tx, id);
  update = (tx: Tx, row: SuspensionRow, change: Change<SuspensionRow>): Promise<SuspensionRow> => this.suspensions.update(tx, row, change);
  move = (tx: Tx, row: SuspensionRow, change: Move<SuspensionRow, typeof suspensionTransitions>): Promise<SuspensionRow> =>
    this.suspensions.move(tx, row, change);
  apply = (
    tx: Tx,
    row: SuspensionRow,
    decision: Change<SuspensionRow> | Move<SuspensionRow, typeof suspensionTransitions>,
  ): Promise<SuspensionRow> => this.suspensions.apply(tx, row, decision);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<SuspensionRow[]> => this.suspensions.where(tx, { authorisationId });

  /** The case that is open, if any; the database admits one. */
  async open(tx: Tx, authorisationId: Id): Promise<SuspensionRow | undefined> {
    return (
      await this.suspensions.where(
        tx,
        openStates.map((state) => ({ authorisationId, state })),
      )
    )[0];
  }

  insertRectification = (tx: Tx, row: Begun<RectificationRow, 'ordered'>): Promise<RectificationRow> => this.rectifications.insert(tx, row);
  async rectification(tx: Tx, suspensionId: Id): Promise<RectificationRow | undefined> {
    return (await this.rectifications.where(tx, { suspensionId }))[0];
  }
  updateRectification = (tx: Tx, row: RectificationRow, change: Change<RectificationRow>): Promise<RectificationRow> =>
    this.rectifications.update(tx, row, change);
  moveRectification = (
    tx: Tx,
    row: RectificationRow,
    change: Move<RectificationRow, typeof rectificationTransitions>,
  ): Promise<RectificationRow> => this.rectifications.move(tx, row, change);
}
