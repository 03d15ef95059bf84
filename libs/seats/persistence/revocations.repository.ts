import type { Digest, Id, Instant, Reach, SignedDocument } from '#kernel';

import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In } from 'typeorm';
import type { OpenPath } from '../domain/receipt.js';
import { closeRevocation } from '../domain/revocation.js';
import { RevocationRow } from './entities.js';

export interface RevocationFilter {
  readonly scopeId?: Id | undefined;
  readonly caseId?: Id | undefined;
}

@Injectable()
export class RevocationsRepository {
  private readonly table = new StateTable<RevocationRow>(RevocationRow, 'revocation');

  insert = (tx: Tx, row: Omit<RevocationRow, 'version'>): Promise<RevocationRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<RevocationRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<RevocationRow> => this.table.lock(tx, id);

  /** Keeps what the last attempt left open, so that it can be seen while it is tried again. */
  saveOpen = (tx: Tx, row: RevocationRow, open: readonly OpenPath[]): Promise<RevocationRow> =>
    this.table.update(tx, row, { open: [...open] });

  close = (tx: Tx, row: RevocationRow, receipt: SignedDocument, receiptDigest: Digest, closedAt: Instant): Promise<RevocationRow> =>
    this.table.update(tx, row, { state: closeRevocation(row.state), closedAt, open: [], receipt, receiptDigest });

  /** Revocations of a seat, newest first. */
  ofSeat = (tx: Tx, seatId: Id): Promise<RevocationRow[]> =>
    managerOf(tx).createQueryBuilder(RevocationRow, 'r').where(':seatId = ANY(r.seatIds)', { seatId }).orderBy('r.id', 'DESC').getMany();

  page(tx: Tx, reach: Reach, filter: RevocationFilter, request: PageRequest): Promise<Page<RevocationRow>> {
    const of = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as FindOptionsWhere<RevocationRow>;
    const within = [
      { ...of, unitId: In([...reach.unitIds]) },
      { ...of, authorityId: In([...reach.authorityIds]) },
    ];
    return this.table.page(tx, reach.everything ? of : within, request);
  }
}
