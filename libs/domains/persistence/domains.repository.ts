import type { Id, Reached } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { domainTransitions, OperationDomain, ZoneRecord } from '../domain/operation-domain.js';
import { OperationDomainRow, ZoneRow } from './entities.js';
import { operationDomainTable } from './tables.js';

type DomainMove = Partial<Pick<OperationDomain, 'sealedFrom' | 'troubles'>> & { readonly state: Reached<typeof domainTransitions> };
export type LockMode = 'share' | 'update' | 'none';
export type DomainRef = { readonly authorisationId: Id } | { readonly domainId: Id };

@Injectable()
export class DomainsRepository {
  private readonly table = operationDomainTable;

  async insert(tx: Tx, row: Begun<OperationDomainRow, 'requested'>, zones: readonly ZoneRow[]): Promise<OperationDomain> {
    const made = await this.table.insert(tx, row);
    await managerOf(tx).insert(ZoneRow, [...zones]);
    return made;
  }

  async find(tx: Tx, ref: DomainRef, mode: LockMode): Promise<OperationDomain | undefined> {
    const found =
      'domainId' in ref
        ? await this.table.find(tx, ref.domainId)
        : (await this.table.where(tx, { authorisationId: ref.authorisationId }))[0];
    if (found === undefined || mode === 'none') return found;
    return this.table.lock(tx, found.id, mode);
  }

  get = (tx: Tx, id: Id): Promise<OperationDomain> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<OperationDomain> => this.table.lock(tx, id, mode);

  /** Compare-and-set on the version that was read. @throws Refusal `state.changed-meanwhile`. */
  update = (tx: Tx, domain: OperationDomain, { troubles }: Pick<OperationDomain, 'troubles'>): Promise<OperationDomain> =>
    this.table.update(tx, domain as OperationDomainRow, { troubles: [...troubles] });

  move(tx: Tx, domain: OperationDomain, change: DomainMove): Promise<OperationDomain> {
    const { troubles, ...rest } = change;
    return this.table.move(tx, domain as OperationDomainRow, { ...rest, ...(troubles === undefined ? {} : { troubles: [...troubles] }) });
  }

  page = (tx: Tx, authorisationId: Id | undefined, request: PageRequest): Promise<Page<OperationDomain>> =>
    this.table.page(tx, { authorisationId }, request);

  zones = (tx: Tx, domainId: Id): Promise<ZoneRecord[]> =>
    managerOf(tx).find(ZoneRow, { where: { domainId }, order: { createdAt: 'ASC', zone: 'ASC' } });

  async addZone(tx: Tx, row: ZoneRow): Promise<void> {
    await managerOf(tx).insert(ZoneRow, row);
  }

  async markZone(tx: Tx, id: Id, change: Partial<Pick<ZoneRow, 'madeAt' | 'lostAt' | 'goneAt'>>): Promise<void> {
    await managerOf(tx).update(ZoneRow, { id }, change);
  }

  /** Current namespaces of every domain that has any: the strangers that a probe asks for. */
  async namespaces(tx: Tx, limit: number): Promise<{ domainId: Id; namespace: string }[]> {
    return managerOf(tx).query(
      `SELECT domain_id AS "domainId", namespace FROM domains.zones WHERE made_at IS NOT NULL AND lost_at IS NULL AND gone_at IS NULL
       ORDER BY created_at DESC LIMIT $1`,
      [limit],
    );
  }

  async ids(tx: Tx): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(`SELECT id FROM domains.operation_domains WHERE state <> 'destroyed' ORDER BY id`);
    return rows.map((row) => row.id);
  }

  async byNamespace(tx: Tx, namespace: string): Promise<Id | undefined> {
    const rows: { id: Id }[] = await managerOf(tx).query('SELECT domain_id AS id FROM domains.zones WHERE namespace = $1', [namespace]);
    return rows[0]?.id;
  }

  async ofUnit(tx: Tx, unitId: Id): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query('SELECT id FROM domains.operation_domains WHERE unit_id = $1', [unitId]);
    return rows.map((row) => row.id);
  }
}
