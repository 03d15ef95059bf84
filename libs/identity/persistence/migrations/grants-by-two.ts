import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What began on a day began as that day did in Asia/Shanghai, and what had a last day ended as it did. */
const startOf = (column: string): string => `(${column}::timestamp AT TIME ZONE 'Asia/Shanghai')`;
const endOf = (column: string): string => `((${column} + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')`;

/** Affiliations, grants and records by the instant; a grant rests on an affiliation, and a deciding one is proposed and confirmed. */
export class GrantsByTwo1763800050000 implements MigrationInterface {
  name = 'GrantsByTwo1763800050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW identity.v_role_holders');
    for (const table of ['affiliations', 'role_grants'])
      await runner.query(`ALTER TABLE identity.${table}
        ALTER valid_from TYPE timestamptz USING ${startOf('valid_from')}, ALTER valid_until TYPE timestamptz USING ${endOf('valid_until')}`);
    await runner.query('ALTER TABLE identity.affiliations ADD documented_from date');
    await runner.query(`ALTER TABLE identity.personnel_records ADD documented_from date,
      ALTER valid_from TYPE timestamptz USING ${startOf('valid_from')}`);
    await runner.query('ALTER TABLE identity.people ADD number_mac text CONSTRAINT people_number_mac_key UNIQUE');
    await runner.query(`
      CREATE TABLE identity.role_proposals (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, state text NOT NULL,
        person_id uuid NOT NULL REFERENCES identity.people (id), role text NOT NULL, scope jsonb NOT NULL, valid_until timestamptz,
        organisation_id uuid NOT NULL REFERENCES identity.organisations (id),
        proposed_by uuid NOT NULL REFERENCES identity.people (id), expires_at timestamptz NOT NULL,
        settled_by uuid REFERENCES identity.people (id), settled_at timestamptz, reason text,
        CHECK (proposed_by <> person_id), CHECK (settled_by <> person_id),
        CHECK (state <> 'confirmed' OR (settled_by IS NOT NULL AND settled_by <> proposed_by)))`);
    await runner.query(guardWithJournal('identity.role_proposals'));
    // Only how rows are kept changes here, which is no act of anyone's.
    await runner.query('ALTER TABLE identity.role_grants DISABLE TRIGGER require_journal');
    await runner.query(`ALTER TABLE identity.role_grants ADD affiliation_id uuid REFERENCES identity.affiliations (id),
      ADD proposal_id uuid REFERENCES identity.role_proposals (id)`);
    await runner.query(`
      UPDATE identity.role_grants held SET affiliation_id = (
        SELECT belongs.id FROM identity.affiliations belongs WHERE belongs.person_id = held.person_id ORDER BY belongs.valid_from DESC LIMIT 1)`);
    await runner.query('ALTER TABLE identity.role_grants ENABLE TRIGGER require_journal');
    await runner.query(`
      CREATE TABLE identity.installation (
        single boolean PRIMARY KEY DEFAULT true CHECK (single), id uuid NOT NULL, bootstrapped_at timestamptz NOT NULL)`);
    await runner.query(guardWithJournal('identity.installation'));
    await runner.query(`
      CREATE VIEW identity.v_role_holders AS
        SELECT held.person_id, held.role, held.scope, held.valid_from, held.valid_until, organisation.id AS organisation_id, organisation.kind AS organisation_kind
        FROM identity.role_grants held
        JOIN identity.affiliations belongs ON belongs.id = held.affiliation_id AND belongs.valid_from <= now()
          AND (belongs.valid_until IS NULL OR belongs.valid_until > now())
        JOIN identity.organisations organisation ON organisation.id = belongs.organisation_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW identity.v_role_holders');
    await runner.query('DROP TABLE identity.installation');
    await runner.query('ALTER TABLE identity.role_grants DROP COLUMN affiliation_id, DROP COLUMN proposal_id');
    await runner.query('DROP TABLE identity.role_proposals');
    await runner.query('ALTER TABLE identity.people DROP COLUMN number_mac');
    const dayOf = (column: string): string => `(${column} AT TIME ZONE 'Asia/Shanghai')::date`;
    for (const table of ['affiliations', 'role_grants'])
      await runner.query(`ALTER TABLE identity.${table}
        ALTER valid_from TYPE date USING ${dayOf('valid_from')}, ALTER valid_until TYPE date USING ${dayOf('valid_until')} - 1`);
    await runner.query('ALTER TABLE identity.affiliations DROP COLUMN documented_from');
    await runner.query(
      `ALTER TABLE identity.personnel_records DROP COLUMN documented_from, ALTER valid_from TYPE date USING ${dayOf('valid_from')}`,
    );
    await runner.query(`
      CREATE VIEW identity.v_role_holders AS
        SELECT held.person_id, held.role, held.scope, held.valid_from, held.valid_until, organisation.id AS organisation_id, organisation.kind AS organisation_kind
        FROM identity.role_grants held
        JOIN identity.affiliations belongs ON belongs.person_id = held.person_id
          AND belongs.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
          AND (belongs.valid_until IS NULL OR belongs.valid_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
        JOIN identity.organisations organisation ON organisation.id = belongs.organisation_id`);
  }
}
