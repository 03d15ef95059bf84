import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { RectificationRow, SuspensionRow } from './authorisation.entities.js';

type New<Row> = Omit<Row, 'version'>;
const openStates = ['imposed', 'rectifying', 'overdue'] as const;

@Injectable()
export class SuspensionsRepository {
  private readonly suspensions = new StateTable<SuspensionRow>(SuspensionRow, 'suspension', false);
  private readonly rectifications = new StateTable<RectificationRow>(RectificationRow, 'rectification', false);

  insert = (tx: Tx, row: New<SuspensionRow>): Promise<SuspensionRow> => this.suspensions.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SuspensionRow> => this.suspensions.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<SuspensionRow> => this.suspensions.lock(tx, id);
  update = (tx: Tx, row: SuspensionRow, change: Partial<SuspensionRow>): Promise<SuspensionRow> => this.suspensions.update(tx, row, change);
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

  insertRectification = (tx: Tx, row: New<RectificationRow>): Promise<RectificationRow> => this.rectifications.insert(tx, row);
  async rectification(tx: Tx, suspensionId: Id): Promise<RectificationRow | undefined> {
    return (await this.rectifications.where(tx, { suspensionId }))[0];
  }
  updateRectification = (tx: Tx, row: RectificationRow, change: Partial<RectificationRow>): Promise<RectificationRow> =>
    this.rectifications.update(tx, row, change);
}
