import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrganisationsAndPeople1763700100000 implements MigrationInterface {
  name = 'OrganisationsAndPeople1763700100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA identity');
    await runner.query(`
      CREATE TABLE identity.organisations (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        kind text NOT NULL CHECK (kind IN ('unit', 'provider', 'authority', 'industry-authority', 'evaluator', 'vendor')),
        name text NOT NULL, credit_code text NOT NULL UNIQUE, parent_id uuid REFERENCES identity.organisations (id),
        affiliate_ids uuid[] NOT NULL DEFAULT '{}', region text)`);
    await runner.query(`
      CREATE TABLE identity.people (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        name text NOT NULL, issuer text NOT NULL, subject text NOT NULL, UNIQUE (issuer, subject))`);
    await runner.query(`
      CREATE TABLE identity.affiliations (
        id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES identity.people (id),
        organisation_id uuid NOT NULL REFERENCES identity.organisations (id),
        valid_from date NOT NULL, valid_until date, CHECK (valid_until IS NULL OR valid_until >= valid_from))`);
    await runner.query(`
      CREATE TABLE identity.role_grants (
        id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES identity.people (id),
        role text NOT NULL, scope jsonb NOT NULL, valid_from date NOT NULL, valid_until date)`);
    await runner.query(`
      CREATE TABLE identity.personnel_records (
        id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES identity.people (id), kind text NOT NULL,
        valid_from date NOT NULL, valid_until date, evidence_digest text NOT NULL,
        withdrawn boolean NOT NULL DEFAULT false, details jsonb NOT NULL)`);
    for (const table of ['affiliations', 'role_grants', 'personnel_records'])
      await runner.query(`CREATE INDEX ${table}_person ON identity.${table} (person_id)`);
    for (const table of ['organisations', 'people']) await runner.query(guardWithJournal(`identity.${table}`));
    for (const table of ['affiliations', 'role_grants', 'personnel_records'])
      await runner.query(guardWithJournal(`identity.${table}`, 'person_id'));
    await runner.query(`
      CREATE VIEW identity.v_role_holders AS
        SELECT held.person_id, held.role, held.scope, held.valid_from, held.valid_until, organisation.id AS organisation_id, organisation.kind AS organisation_kind
        FROM identity.role_grants held
        JOIN identity.affiliations belongs ON belongs.person_id = held.person_id
          AND belongs.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
          AND (belongs.valid_until IS NULL OR belongs.valid_until >= (now() AT TIME ZONE 'Asia/Shanghai')::date)
        JOIN identity.organisations organisation ON organisation.id = belongs.organisation_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA identity CASCADE');
  }
}
