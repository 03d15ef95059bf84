import type { Id, Reached } from '#kernel';
import type { Tx } from '#platform/database';
import type { Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { workspaceTransitions } from '../domain/workspace.js';
import { WorkspaceRow } from './entities.js';
import { workspaceTable } from './tables.js';

@Injectable()
export class WorkspacesRepository {
  private readonly table = workspaceTable;

  insert = (tx: Tx, row: Begun<WorkspaceRow, 'planned'>): Promise<WorkspaceRow> => this.table.insert(tx, row);
  lock = (tx: Tx, id: Id): Promise<WorkspaceRow> => this.table.lock(tx, id);
  find = (tx: Tx, ids: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { id: In([...ids]) });
  ofSeat = (tx: Tx, seatId: Id): Promise<WorkspaceRow[]> => this.table.where(tx, { seatId });
  /** Every workspace of the seats, the removed ones too. */
  ofSeats = (tx: Tx, seatIds: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { seatId: In([...seatIds]) });
  ofScenarios = (tx: Tx, scenarioIds: readonly Id[]): Promise<WorkspaceRow[]> => this.table.where(tx, { scenarioId: In([...scenarioIds]) });

  move = async (tx: Tx, row: WorkspaceRow, state: Reached<typeof workspaceTransitions>): Promise<WorkspaceRow> =>
    this.table.move(tx, row, { state, ...(state === 'removing' ? { wantedAt: await tx.now() } : {}) });
}
