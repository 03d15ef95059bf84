import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { moveWorkspace, type WorkspaceState } from '../domain/workspace.js';
import { WorkspaceRow } from './entities.js';

@Injectable()
export class WorkspacesRepository {
  private readonly table = new StateTable<WorkspaceRow>(WorkspaceRow, 'workspace', false);

  insert = (tx: Tx, row: Omit<WorkspaceRow, 'version'>): Promise<WorkspaceRow> => this.table.insert(tx, row);
  lock = (tx: Tx, id: Id): Promise<WorkspaceRow> => this.table.lock(tx, id);
  find = (tx: Tx, ids: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { id: In([...ids]) });
  ofSeat = (tx: Tx, seatId: Id): Promise<WorkspaceRow[]> => this.table.where(tx, { seatId });
  /** Every workspace of the seats, the removed ones too. */
  ofSeats = (tx: Tx, seatIds: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { seatId: In([...seatIds]) });
  ofScenarios = (tx: Tx, scenarioIds: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { scenarioId: In([...scenarioIds]) });

  move = (tx: Tx, row: WorkspaceRow, to: WorkspaceState): Promise<WorkspaceRow> =>
    this.table.update(tx, row, { state: moveWorkspace(row.state, to) });
}
