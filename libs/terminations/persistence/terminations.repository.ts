import type { Id, Instant, Reached } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import type { ExitItem } from '../domain/exits.js';
import type { TerminationState, terminationTransitions } from '../domain/termination.js';
import { ExitRow, TerminationRow } from './entities.js';
import { terminationTable, exitTable } from './tables.js';

export interface TerminationFilter {
  readonly authorisationId?: Id | undefined;
  readonly state?: TerminationState | undefined;
}
export type TerminationPatch = Omit<Change<TerminationRow>, 'openedAt' | 'authorisationId' | 'unitId'>;

@Injectable()
export class TerminationsRepository {
  private readonly table = terminationTable;
  private readonly exits = exitTable;

  insert = (tx: Tx, row: Begun<TerminationRow, 'opened'>): Promise<TerminationRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<TerminationRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<TerminationRow> => this.table.lock(tx, id);
  update = (tx: Tx, row: TerminationRow, change: TerminationPatch): Promise<TerminationRow> => this.table.update(tx, row, change);
  move = (
    tx: Tx,
    row: TerminationRow,
    change: Omit<TerminationPatch, 'state'> & { readonly state: Reached<typeof terminationTransitions> },
  ): Promise<TerminationRow> => this.table.move(tx, row, change);

  page = (tx: Tx, filter: TerminationFilter, request: PageRequest): Promise<Page<TerminationRow>> => this.table.page(tx, filter, request);

  openOf = (tx: Tx, authorisationId: Id): Promise<TerminationRow[]> => this.table.where(tx, { authorisationId, state: Not('certified') });
  open = (tx: Tx): Promise<TerminationRow[]> => this.table.where(tx, { state: Not('certified') });

  async ofRevocation(tx: Tx, revocationId: Id): Promise<TerminationRow | undefined> {
    return (await this.table.where(tx, { revocationId }))[0];
  }

  exitsOf = (tx: Tx, terminationId: Id): Promise<ExitRow[]> => this.exits.where(tx, { terminationId });

  /** Lists what is not listed yet; what was decided before keeps its decision. */
  async listExits(tx: Tx, rows: readonly Omit<ExitRow, 'version'>[]): Promise<void> {
    if (rows.length === 0) return;
    await managerOf(tx)
      .createQueryBuilder()
      .insert()
      .into(ExitRow)
      .values(rows.map((row) => ({ ...row, version: 1 })))
      .orIgnore()
      .execute();
  }

  async saveExit(tx: Tx, row: ExitRow, next: ExitItem): Promise<ExitRow> {
    const { decision, decidedBy, decidedAt, carriedBy, carriedOut } = next;
    return this.exits.update(tx, row, { decision, decidedBy, decidedAt, carriedBy, carriedOut });
  }

  markCarriedOut = (tx: Tx, row: ExitRow): Promise<ExitRow> => this.exits.update(tx, row, { carriedOut: true });

  /** For the board: how cases stand. */
  async standing(
    tx: Tx,
    at: Instant,
  ): Promise<{ certified: number; open: number; overdue: number; lastDigest: string | null; lastAt: Instant | null }> {
    const [row]: { certified: number; open: number; overdue: number; last_digest: string | null; last_at: Date | null }[] = await managerOf(
      tx,
    ).query(
      `SELECT count(*) FILTER (WHERE state = 'certified')::int AS certified, count(*) FILTER (WHERE state <> 'certified')::int AS open,
         count(*) FILTER (WHERE state <> 'certified' AND destroy_by < $1)::int AS overdue,
         (array_agg(conclusion_digest ORDER BY keys_destroyed_at DESC NULLS LAST, id DESC) FILTER (WHERE state = 'certified'))[1] AS last_digest,
         max(keys_destroyed_at) FILTER (WHERE state = 'certified') AS last_at
       FROM terminations.terminations`,
      [at],
    );
    return {
      certified: row?.certified ?? 0,
      open: row?.open ?? 0,
      overdue: row?.overdue ?? 0,
      lastDigest: row?.last_digest ?? null,
      lastAt: row?.last_at?.toISOString() ?? null,
    };
  }
}
