import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { releaseLinkTransitions } from '../domain/release.js';
import { ReleaseLinkRow } from './entities.js';
import { releaseLinkTable } from './tables.js';

/** Column of a request, or of a link, that a scope names. Seats and domains are resolved by the caller. */
const columnOf = {
  person: 'link.person_id',
  unit: 'request.unit_id',
  authorisation: 'request.authorisation_id',
  scenario: 'request.scenario_id',
} as const;
export interface LinkScope {
  readonly kind: keyof typeof columnOf;
  readonly id: Id;
  /** A seat is one person in one scenario. */
  readonly personId?: Id;
}

@Injectable()
export class LinksRepository {
  private readonly table = releaseLinkTable;

  insert = (tx: Tx, row: Begun<ReleaseLinkRow, 'open'>): Promise<ReleaseLinkRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<ReleaseLinkRow> => this.table.get(tx, id);
  find = (tx: Tx, id: Id): Promise<ReleaseLinkRow | undefined> => this.table.find(tx, id);
  lock = (tx: Tx, id: Id): Promise<ReleaseLinkRow> => this.table.lock(tx, id);
  update = (tx: Tx, row: ReleaseLinkRow, change: Change<ReleaseLinkRow>): Promise<ReleaseLinkRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: ReleaseLinkRow, change: Move<ReleaseLinkRow, typeof releaseLinkTransitions>): Promise<ReleaseLinkRow> =>
    this.table.move(tx, row, change);

  /** Revokes the open links of a request, or of one of its files; locked one by one, since a download that is just ending changes its link too. */
  async revokeOpen(tx: Tx, requestId: Id, fileId?: Id): Promise<void> {
    for (const { id } of await this.table.where(tx, { requestId, state: 'open', ...(fileId === undefined ? {} : { fileId }) })) {
      const link = await this.table.lock(tx, id);
      if (link.state === 'open') await this.table.move(tx, link, { state: 'revoked' });
    }
  }

  /** Open links that have not run out, in a scope. */
  async openIn(tx: Tx, scope: LinkScope, at: Instant): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      `SELECT link.id FROM exports.release_links link JOIN exports.export_requests request ON request.id = link.request_id
       WHERE ${columnOf[scope.kind]} = $1 AND ($3::uuid IS NULL OR link.person_id = $3) AND link.state = 'open' AND link.expires_at > $2
       ORDER BY link.id`,
      [scope.id, at, scope.personId ?? null],
    );
    return rows.map(({ id }) => id);
  }
}
