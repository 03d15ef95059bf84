import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SeatsAndRevocations1763700500000 implements MigrationInterface {
  name = 'SeatsAndRevocations1763700500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA seats');
    await runner.query(`
      CREATE TABLE seats.seats (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        person_id uuid NOT NULL, unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        authorisation_id uuid NOT NULL, scenario_id uuid NOT NULL,
        class text NOT NULL CHECK (class IN ('own', 'partner', 'secondary-developer')),
        basis_kind text NOT NULL CHECK (basis_kind IN ('agreement', 'cooperation', 'admission')),
        basis_id uuid NOT NULL, basis_clause text NOT NULL, ends_on date NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'granted', 'active', 'paused', 'revoking', 'revoked', 'refused')),
        paused_by text, requested_by uuid NOT NULL,
        CHECK ((state = 'paused') = (paused_by IS NOT NULL)))`);
    // One person has one seat in a scenario at a time (ACC-04).
    await runner.query(`
      CREATE UNIQUE INDEX seats_one_open ON seats.seats (person_id, scenario_id)
        WHERE state IN ('requested', 'granted', 'active', 'paused', 'revoking')`);
    for (const column of ['authorisation_id', 'scenario_id', 'unit_id', 'authority_id'])
      await runner.query(`CREATE INDEX seats_${column} ON seats.seats (${column}, id)`);
    await runner.query(`
      CREATE TABLE seats.workspaces (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, seat_id uuid NOT NULL REFERENCES seats.seats (id),
        unit_id uuid NOT NULL, authorisation_id uuid NOT NULL, scenario_id uuid NOT NULL, domain_id uuid NOT NULL,
        namespace text NOT NULL, image text NOT NULL,
        state text NOT NULL CHECK (state IN ('planned', 'applied', 'removing', 'removed')), ends_at timestamptz NOT NULL)`);
    await runner.query(`CREATE UNIQUE INDEX workspaces_one_open ON seats.workspaces (seat_id) WHERE state <> 'removed'`);
    await runner.query('CREATE INDEX workspaces_scenario ON seats.workspaces (scenario_id)');
    await runner.query(`
      CREATE TABLE seats.revocations (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        scope_kind text NOT NULL CHECK (scope_kind IN ('person', 'unit', 'authorisation', 'scenario', 'domain', 'seat')), scope_id uuid NOT NULL,
        cause text NOT NULL CHECK (cause IN ('revoked', 'lapsed', 'paused', 'suspended', 'stopped', 'terminated')),
        ground text NOT NULL, reason text, case_id uuid, seat_ids uuid[] NOT NULL,
        unit_id uuid, authority_id uuid, authorisation_id uuid, scenario_id uuid,
        state text NOT NULL CHECK (state IN ('cutting', 'closed', 'superseded')), closed_at timestamptz,
        open jsonb NOT NULL DEFAULT '[]', receipt jsonb, receipt_digest text,
        CHECK ((state = 'closed') = (closed_at IS NOT NULL AND receipt IS NOT NULL AND receipt_digest IS NOT NULL)))`);
    await runner.query('CREATE INDEX revocations_scope ON seats.revocations (scope_id, id)');
    await runner.query('CREATE INDEX revocations_case ON seats.revocations (case_id)');
    await runner.query('CREATE INDEX revocations_seats ON seats.revocations USING gin (seat_ids)');
    await runner.query(`
      CREATE TABLE seats.lapse_notices (
        seat_id uuid NOT NULL REFERENCES seats.seats (id), condition text NOT NULL, lapses_at timestamptz NOT NULL, days int NOT NULL,
        sent_at timestamptz NOT NULL, PRIMARY KEY (seat_id, condition, lapses_at, days))`);
    await runner.query(`
      CREATE TABLE seats.seat_days (
        id uuid PRIMARY KEY, seat_id uuid NOT NULL REFERENCES seats.seats (id), day date NOT NULL, class text NOT NULL, UNIQUE (seat_id, day))`);
    for (const table of ['seats', 'workspaces', 'revocations']) await runner.query(guardWithJournal(`seats.${table}`));
    for (const table of ['lapse_notices', 'seat_days']) await runner.query(guardWithJournal(`seats.${table}`, 'seat_id'));
    await runner.query(`
      CREATE VIEW seats.v_seats AS
        SELECT id, authorisation_id, scenario_id, unit_id, authority_id, class, state, paused_by, ends_on FROM seats.seats`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA seats CASCADE');
  }
}
