import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import type { Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { OpenLock } from '../domain/person-lock.js';
import type { PersonLockRow } from './entities.js';
import { personLockTable } from './tables.js';

@Injectable()
export class PersonLocksRepository {
  private readonly table = personLockTable;

  insert = (tx: Tx, row: Begun<PersonLockRow, 'locked'>): Promise<PersonLockRow> => this.table.insert(tx, row);
  lock = (tx: Tx, id: Id): Promise<PersonLockRow> => this.table.lock(tx, id);
  lift = (tx: Tx, row: PersonLockRow, lift: Pick<PersonLockRow, 'liftedAt' | 'liftedBy' | 'liftReason'>): Promise<PersonLockRow> =>
    this.table.move(tx, row, { ...lift, state: 'lifted' });
  /** Every lock that a person ever had, newest first. */
  page = (tx: Tx, personId: Id, request: PageRequest): Promise<Page<PersonLockRow>> => this.table.pageWithin(tx, { personId }, request);

  async open(tx: Tx, personId: Id): Promise<OpenLock[]> {
    return (await this.table.where(tx, { personId, state: 'locked' })).map(({ id, lockedAt }) => ({ id, since: lockedAt }));
  }

  /** Who of these people is locked. */
  async lockedAmong(tx: Tx, personIds: readonly Id[]): Promise<ReadonlySet<Id>> {
    if (personIds.length === 0) return new Set();
    return new Set((await this.table.where(tx, { personId: In([...personIds]), state: 'locked' })).map(({ personId }) => personId));
  }
}
