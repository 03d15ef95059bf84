import type { Id, Instant } from '#kernel';
import { managerOf, StateTable } from '#platform/database/persistence';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { And, Equal, Raw } from 'typeorm';
import { assertNotLocked } from '../domain/person-lock.js';
import type { PersonnelFacts } from '../domain/personnel.js';
import { AffiliationRow, PersonnelRecordRow, PersonRow, RoleGrantRow } from './entities.js';
import { PersonLocksRepository } from './person-locks.repository.js';

/** People of the organisations, and of those that stand under no authority on record: these are every authority's. */
const peopleUnder = `SELECT belongs.person_id FROM identity.affiliations belongs
  JOIN identity.organisations organisation ON organisation.id = belongs.organisation_id
  WHERE organisation.id = ANY (:organisationIds) OR (organisation.parent_id IS NULL AND organisation.kind <> 'authority')`;

@Injectable()
export class PeopleRepository {
  private readonly table = new StateTable<PersonRow>(PersonRow, 'person');

  constructor(private readonly locks: PersonLocksRepository) {}

  insert = (tx: Tx, row: Omit<PersonRow, 'version'>): Promise<PersonRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PersonRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<PersonRow> => this.table.lock(tx, id, mode);
  touch = (tx: Tx, row: PersonRow): Promise<PersonRow> => this.table.update(tx, row, {});

  page(tx: Tx, organisationIds: readonly Id[] | 'all', request: PageRequest): Promise<Page<PersonRow>> {
    if (organisationIds === 'all') return this.table.page(tx, {}, request);
    return this.table.page(tx, { id: Raw((id) => `${id} IN (${peopleUnder})`, { organisationIds }) }, request);
  }

  async reached(tx: Tx, personId: Id, organisationIds: readonly Id[] | 'all'): Promise<boolean> {
    if (organisationIds === 'all') return true;
    return (
      (
        await this.table.where(tx, {
          id: And(
            Equal(personId),
            Raw((id) => `${id} IN (${peopleUnder})`, { organisationIds }),
          ),
        })
      ).length > 0
    );
  }

  async bySubject(tx: Tx, issuer: string, subject: string): Promise<PersonRow | undefined> {
    return (await this.table.where(tx, { issuer, subject }))[0];
  }

  /** Facts for decisions. The person's row is locked, and every change of its affiliations and records takes that lock first. */
  async facts(tx: Tx, id: Id, mode?: 'share' | 'update'): Promise<PersonnelFacts> {
    const person = mode === undefined ? await this.table.get(tx, id) : await this.table.lock(tx, id, mode);
    const manager = managerOf(tx);
    const affiliations = await manager.find(AffiliationRow, { where: { personId: id }, order: { from: 'ASC' } });
    const records = await manager.find(PersonnelRecordRow, { where: { personId: id }, order: { id: 'ASC' } });
    return { id: person.id, affiliations, records, locks: await this.locks.open(tx, id) };
  }

  grants = (tx: Tx, personId: Id): Promise<RoleGrantRow[]> =>
    managerOf(tx).find(RoleGrantRow, { where: { personId }, order: { id: 'ASC' } });

  /** @throws Refusal `identity.person-locked`: whoever is locked gains nothing, by whichever way. */
  async addAffiliation(tx: Tx, row: AffiliationRow): Promise<void> {
    assertNotLocked(row.personId, await this.locks.open(tx, row.personId));
    await managerOf(tx).insert(AffiliationRow, row);
  }

  async endAffiliations(tx: Tx, personId: Id, organisationId: Id, until: string): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE identity.affiliations SET valid_until = greatest($3::date, valid_from) WHERE person_id = $1 AND organisation_id = $2
         AND (valid_until IS NULL OR valid_until > $3::date)`,
      [personId, organisationId, until],
    );
    return count;
  }

  /** @throws Refusal `identity.person-locked`. */
  async addGrant(tx: Tx, row: RoleGrantRow): Promise<void> {
    assertNotLocked(row.personId, await this.locks.open(tx, row.personId));
    await managerOf(tx).insert(RoleGrantRow, row);
  }

  /** Ends every open grant of a role. @returns how many there were. */
  async endGrants(tx: Tx, personId: Id, role: string, until: string): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE identity.role_grants SET valid_until = $3::date WHERE person_id = $1 AND role = $2 AND (valid_until IS NULL OR valid_until > $3::date)`,
      [personId, role, until],
    );
    return count;
  }

  async addRecord(tx: Tx, row: PersonnelRecordRow): Promise<void> {
    await managerOf(tx).insert(PersonnelRecordRow, row);
  }

  async withdrawRecord(tx: Tx, personId: Id, recordId: Id): Promise<boolean> {
    const result = await managerOf(tx).update(PersonnelRecordRow, { id: recordId, personId, withdrawn: false }, { withdrawn: true });
    return result.affected === 1;
  }

  /** When the person's sessions were last cut; tokens issued before do not count. */
  async cutAt(tx: Tx, personId: Id): Promise<Instant | undefined> {
    const rows: { bumped_at: Date }[] = await managerOf(tx).query(
      `SELECT bumped_at FROM platform.epochs WHERE kind = 'person' AND id = $1`,
      [personId],
    );
    return rows[0]?.bumped_at.toISOString();
  }
}
