import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const digest = `text NOT NULL CHECK (digest ~ '^(sha256|sm3):[0-9a-f]{64}$')`;

/** Authorisations with agreement, plan and cases; reviews by votes; what the authority enters into a jurisdiction. */
export class AuthorisationsAndReviews1763700200000 implements MigrationInterface {
  name = 'AuthorisationsAndReviews1763700200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA authorisations');
    await this.authorisations(runner);
    await this.cases(runner);
    await this.reviews(runner);
    await this.jurisdictions(runner);
  }

  private async authorisations(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.authorisations (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        unit_id uuid NOT NULL, authority_id uuid NOT NULL, profile_id text NOT NULL, signed_under jsonb, signed_on date,
        state text NOT NULL, field text NOT NULL, rights jsonb NOT NULL, grant_mode jsonb,
        term jsonb NOT NULL CHECK (term ->> 'from' <= term ->> 'until'), term_exception jsonb, files jsonb NOT NULL, responsible jsonb, revision int NOT NULL,
        renews_id uuid REFERENCES authorisations.authorisations (id), applicant_id uuid NOT NULL,
        returned jsonb, publicity jsonb, in_force_since timestamptz, ended jsonb)`);
    await runner.query('CREATE INDEX authorisations_unit ON authorisations.authorisations (unit_id)');
    await runner.query('CREATE INDEX authorisations_authority ON authorisations.authorisations (authority_id, state)');
    await runner.query(`
      CREATE TABLE authorisations.agreement_versions (
        id uuid PRIMARY KEY, version int NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id), revision int NOT NULL,
        items jsonb NOT NULL, scan text, seal jsonb, consultations jsonb NOT NULL, collective_decision text, government_approval text,
        proposed_at timestamptz NOT NULL, in_force_from date, UNIQUE (authorisation_id, revision))`);
    await runner.query(`
      CREATE TABLE authorisations.emergency_plans (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id), revision int NOT NULL,
        state text NOT NULL, digest ${digest}, submitted_by uuid NOT NULL, approved_by uuid, expires_on date,
        UNIQUE (authorisation_id, revision), CHECK (approved_by IS DISTINCT FROM submitted_by))`);
    await runner.query(`
      CREATE TABLE authorisations.deadlines (
        id uuid PRIMARY KEY, version int NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id), kind text NOT NULL, deadline jsonb, receipt jsonb,
        UNIQUE (authorisation_id, kind))`);
    await runner.query(guardWithJournal('authorisations.authorisations'));
    for (const table of ['agreement_versions', 'emergency_plans', 'deadlines'])
      await runner.query(guardWithJournal(`authorisations.${table}`, 'authorisation_id'));
  }

  private async cases(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.suspensions (
        id uuid PRIMARY KEY, version int NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id), unit_id uuid NOT NULL,
        state text NOT NULL, reach text NOT NULL, ground text NOT NULL, evidence jsonb NOT NULL CHECK (jsonb_array_length(evidence) > 0),
        imposed_by uuid NOT NULL, imposed_at timestamptz NOT NULL, decided_on date NOT NULL, deadline jsonb NOT NULL,
        extensions jsonb NOT NULL, outcome text)`);
    await runner.query(`
      CREATE UNIQUE INDEX suspensions_one_open ON authorisations.suspensions (authorisation_id)
        WHERE state IN ('imposed', 'rectifying', 'overdue')`);
    await runner.query(`
      CREATE TABLE authorisations.rectifications (
        id uuid PRIMARY KEY, version int NOT NULL, suspension_id uuid NOT NULL UNIQUE REFERENCES authorisations.suspensions (id),
        authorisation_id uuid NOT NULL, unit_id uuid NOT NULL, state text NOT NULL,
        plan jsonb, steps jsonb NOT NULL, report jsonb, assessment jsonb)`);
    for (const table of ['suspensions', 'rectifications'])
      await runner.query(guardWithJournal(`authorisations.${table}`, 'authorisation_id'));
  }

  private async reviews(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.approvals (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, owner_id uuid NOT NULL,
        subject_kind text NOT NULL, subject_id uuid NOT NULL, subject_revision int NOT NULL, digest ${digest}, state text NOT NULL,
        slots jsonb NOT NULL CHECK (jsonb_array_length(slots) > 0), requester_id uuid NOT NULL, requester_organisation_ids jsonb NOT NULL)`);
    await runner.query('CREATE INDEX approvals_subject ON authorisations.approvals (subject_kind, subject_id, id)');
    await runner.query(
      `CREATE UNIQUE INDEX approvals_one_open ON authorisations.approvals (subject_kind, subject_id) WHERE state = 'open'`,
    );
    await runner.query(`
      CREATE TABLE authorisations.votes (
        id uuid PRIMARY KEY, approval_id uuid NOT NULL REFERENCES authorisations.approvals (id), owner_id uuid NOT NULL, slot text NOT NULL,
        person_id uuid NOT NULL, organisation_id uuid NOT NULL, verdict text NOT NULL CHECK (verdict IN ('yes', 'no')), reasons text NOT NULL,
        digest ${digest}, decided_on date NOT NULL, recorded_at timestamptz NOT NULL, opinion text,
        UNIQUE (approval_id, slot), UNIQUE (approval_id, person_id), CHECK (verdict = 'yes' OR reasons <> ''))`);
    for (const table of ['approvals', 'votes']) await runner.query(guardWithJournal(`authorisations.${table}`, 'owner_id'));
  }

  private async jurisdictions(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.profile_entries (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        profile text NOT NULL, rule text NOT NULL, value jsonb NOT NULL, applies_from date NOT NULL, source text NOT NULL,
        proposed_by uuid NOT NULL, confirmed_by uuid, confirmed_at timestamptz, CHECK (confirmed_by IS DISTINCT FROM proposed_by))`);
    await runner.query(`
      CREATE TABLE authorisations.working_years (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        year int NOT NULL UNIQUE, holidays jsonb NOT NULL, make_up_days jsonb NOT NULL, source text NOT NULL)`);
    for (const table of ['profile_entries', 'working_years']) await runner.query(guardWithJournal(`authorisations.${table}`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA authorisations CASCADE');
  }
}
