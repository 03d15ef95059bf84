import { type Id, type Instant, type Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { lockedRow, managerOf, pageOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Entry } from '../domain/entry.js';
import type { Month } from '../domain/period.js';
import { AgreementsView } from './agreements.view.js';
import { AccountRow, EntryRow, StatementRow } from './entities.js';
import { refuse } from '../domain/refusals.js';

export interface EntryFilter {
  readonly authorisationId?: Id | undefined;
  readonly scenarioId?: Id | undefined;
  readonly item?: string | undefined;
  readonly month?: Month | undefined;
  readonly unpriced?: boolean | undefined;
}
const columns = {
  authorisationId: 'row.authorisation_id = :authorisationId',
  scenarioId: 'row.scenario_id = :scenarioId',
  item: 'row.item = :item',
  month: 'row.month = :month',
} as const;

@Injectable()
export class LedgerRepository {
  constructor(private readonly agreements: AgreementsView) {}

  /** The account of an agreement, made if there is none, locked until the end: `share` to post, `update` to lock a month. */
  async account(tx: Tx, authorisationId: Id, unitId: Id, at: Instant): Promise<{ account: AccountRow; fresh: boolean }> {
    const made: unknown[] = await managerOf(tx).query(
      `INSERT INTO metering.accounts (authorisation_id, created_at, unit_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING unit_id`,
      [authorisationId, at, unitId],
    );
    return { account: await this.lockAccount(tx, authorisationId, 'share'), fresh: made.length === 1 };
  }

  /** @throws Refusal `metering.agreement-not-found`. */
  async lockAccount(tx: Tx, authorisationId: Id, mode: 'share' | 'update'): Promise<AccountRow> {
    const row = await lockedRow(tx, AccountRow, { authorisationId }, `metering.accounts/${authorisationId}`, mode);
    if (row === undefined) throw refuse('metering.agreement-not-found', { id: authorisationId });
    return row;
  }

  async close(tx: Tx, account: AccountRow, through: Month, statements: readonly StatementRow[]): Promise<void> {
    if (statements.length > 0) await managerOf(tx).insert(StatementRow, [...statements]);
    await managerOf(tx).update(AccountRow, { authorisationId: account.authorisationId }, { closedThrough: through });
  }

  /** @returns false where an entry of the same source and item, or about the same entry, is there already: a repeat. */
  async insertOnce(tx: Tx, entry: Entry): Promise<boolean> {
    const result = await managerOf(tx)
      .createQueryBuilder()
      .insert()
      .into(EntryRow)
      .values({ ...entry })
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** @throws Refusal `charge.not-found`. */
  async get(tx: Tx, id: Id): Promise<EntryRow> {
    const row = await managerOf(tx).findOne(EntryRow, { where: { id } });
    if (row === null) throw refuse('charge.not-found', { id });
    return row;
  }

  about = (tx: Tx, id: Id): Promise<EntryRow[]> => managerOf(tx).find(EntryRow, { where: { linksId: id }, order: { id: 'ASC' } });
  ofMonth = (tx: Tx, authorisationId: Id, month: Month): Promise<EntryRow[]> =>
    managerOf(tx).find(EntryRow, { where: { authorisationId, month }, order: { id: 'ASC' } });
  statement = async (tx: Tx, authorisationId: Id, month: Month): Promise<StatementRow | undefined> =>
    (await managerOf(tx).findOne(StatementRow, { where: { authorisationId, month } })) ?? undefined;
  lastStatements = (tx: Tx, limit: number): Promise<StatementRow[]> =>
    managerOf(tx).find(StatementRow, { order: { closedAt: 'DESC' }, take: limit });

  /** Months of an agreement that have entries, oldest first. */
  async months(tx: Tx, authorisationId: Id, after: Month | null): Promise<Month[]> {
    const rows: { month: Month }[] = await managerOf(tx).query(
      'SELECT DISTINCT month FROM metering.entries WHERE authorisation_id = $1 AND month > $2 ORDER BY month',
      [authorisationId, after ?? ''],
    );
    return rows.map(({ month }) => month);
  }

  /** Unpriced entries of one item, at most `limit`; of one agreement where it is given. */
  async unpriced(tx: Tx, item: string, authorisationId: Id | null, limit: number): Promise<EntryRow[]> {
    const query = managerOf(tx)
      .createQueryBuilder(EntryRow, 'row')
      .where('row.id IN (SELECT id FROM metering.v_unpriced)')
      .andWhere('row.item = :item', { item });
    if (authorisationId !== null) query.andWhere('row.authorisation_id = :authorisationId', { authorisationId });
    return query.orderBy('row.id', 'ASC').limit(limit).getMany();
  }

  async counts(tx: Tx): Promise<{ entries: number; unpriced: number }> {
    const rows: { entries: string; unpriced: string }[] = await managerOf(tx).query(
      'SELECT (SELECT count(*) FROM metering.entries) AS entries, (SELECT count(*) FROM metering.v_unpriced) AS unpriced',
    );
    return { entries: Number(rows[0]?.entries), unpriced: Number(rows[0]?.unpriced) };
  }

  async page(tx: Tx, filter: EntryFilter, reach: Reach, request: PageRequest): Promise<Page<EntryRow>> {
    const query = managerOf(tx).createQueryBuilder(EntryRow, 'row');
    for (const name of Object.keys(columns) as (keyof typeof columns)[])
      if (filter[name] !== undefined) query.andWhere(columns[name], { [name]: filter[name] });
    if (filter.unpriced !== undefined) query.andWhere(`row.id ${filter.unpriced ? 'IN' : 'NOT IN'} (SELECT id FROM metering.v_unpriced)`);
    if (!reach.everything) query.andWhere(`row.authorisation_id IN (${await this.agreements.reached(tx)})`, reach);
    return pageOf(query, request);
  }
}
