import type { Id, Instant } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { refuse } from '../domain/refusals.js';
import { assertNotLocked } from '../domain/person-lock.js';
import type { PersonnelFacts } from '../domain/personnel.js';
import { AffiliationRow, PersonnelRecordRow, PersonNumberRow, PersonRow, RoleGrantRow } from './entities.js';
import { PersonLocksRepository } from './person-locks.repository.js';
import { personTable } from './tables.js';

@Injectable()
export class PeopleRepository {
  private readonly table = personTable;

  constructor(private readonly locks: PersonLocksRepository) {}

  insert = (tx: Tx, row: Omit<PersonRow, 'version'>): Promise<PersonRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PersonRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<PersonRow> => this.table.lock(tx, id, mode);
  touch = (tx: Tx, row: PersonRow): Promise<PersonRow> => this.table.update(tx, row, {});

  page = (tx: Tx, request: PageRequest): Promise<Page<PersonRow>> => this.table.page(tx, {}, request);
  assertSees = (tx: Tx, row: PersonRow): Promise<void> => this.table.assertSees(tx, row);

  async bySubject(tx: Tx, issuer: string, subject: string): Promise<PersonRow | undefined> {
    return (await this.table.where(tx, { issuer, subject }))[0];
  }

  /** Facts for decisions. The person's row is locked, and every change of its affiliations and records takes that lock first. */
  async facts(tx: Tx, id: Id, mode?: 'share' | 'update'): Promise<PersonnelFacts> {
    return this.factsOf(tx, mode === undefined ? await this.table.get(tx, id) : await this.table.lock(tx, id, mode));
  }

  /** The same of a row that was read in this transaction. */
  async factsOf(tx: Tx, person: PersonRow): Promise<PersonnelFacts> {
    const { id } = person;
    const manager = managerOf(tx);
    const affiliations = await manager.find(AffiliationRow, { where: { personId: id }, order: { from: 'ASC' } });
    const records = await manager.find(PersonnelRecordRow, { where: { personId: id }, order: { id: 'ASC' } });
    return { id, numbered: person.numberMac !== null, affiliations, records, locks: await this.locks.open(tx, id) };
  }

  grants = (tx: Tx, personId: Id): Promise<RoleGrantRow[]> =>
    managerOf(tx).find(RoleGrantRow, { where: { personId }, order: { id: 'ASC' } });

  /** @throws Refusal `identity.person-locked`: whoever is locked gains nothing, by whichever way. */
  async addAffiliation(tx: Tx, row: AffiliationRow): Promise<void> {
    assertNotLocked(row.personId, await this.locks.open(tx, row.personId));
    await managerOf(tx).insert(AffiliationRow, row);
  }

  async endAffiliations(tx: Tx, personId: Id, organisationId: Id, until: Instant): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE identity.affiliations SET valid_until = greatest($3::timestamptz, valid_from) WHERE person_id = $1 AND organisation_id = $2
         AND (valid_until IS NULL OR valid_until > $3::timestamptz)`,
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
  async endGrants(tx: Tx, personId: Id, role: string, until: Instant): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE identity.role_grants SET valid_until = greatest($3::timestamptz, valid_from) WHERE person_id = $1 AND role = $2
         AND (valid_until IS NULL OR valid_until > $3::timestamptz)`,
      [personId, role, until],
    );
    return count;
  }

  /** Ends these grants. @returns how many were still running. */
  async endGrantsById(tx: Tx, ids: readonly Id[], until: Instant): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE identity.role_grants SET valid_until = greatest($2::timestamptz, valid_from) WHERE id = ANY ($1::uuid[])
         AND (valid_until IS NULL OR valid_until > $2::timestamptz)`,
      [ids, until],
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

  /**
   * Keeps the number's keyed digest, for good: whoever it was once verified for keeps it, whatever stands for them later. Another number
   * than the one before needs `change`, why it changed, and voids every real-name verification made for that one (PERS-01).
   * @throws Refusal `identity.same-person` where it was ever another account's, locked or not, `identity.number-differs`,
   * `identity.person-locked`.
   */
  async setNumber(tx: Tx, person: PersonRow, numberMac: string, change: string | undefined, at: Instant): Promise<void> {
    const { id, numberMac: before } = person;
    const manager = managerOf(tx);
    await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`opdomain.identity-number ${numberMac}`]);
    const whose = await manager.findOneBy(PersonNumberRow, { numberMac });
    if (whose !== null && whose.personId !== id) throw refuse('identity.same-person', { fields: ['identityNumber'] });
    if (before === numberMac) return;
    if (before !== null) {
      if (change === undefined) throw refuse('identity.number-differs', { fields: ['identityNumber'] });
      assertNotLocked(id, await this.locks.open(tx, id));
      await manager.update(PersonnelRecordRow, { personId: id, kind: 'real-name', voidedAt: IsNull() }, { voidedAt: at });
    }
    if (whose === null) await manager.insert(PersonNumberRow, { numberMac, personId: id, verifiedAt: at });
    await manager.update(PersonRow, { id }, { numberMac });
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
