import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TerminationsAndHolds1763700900000 implements MigrationInterface {
  name = 'TerminationsAndHolds1763700900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA terminations');
    await runner.query(`
      CREATE TABLE terminations.terminations (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        authorisation_id uuid NOT NULL, unit_id uuid NOT NULL, authority_id uuid NOT NULL, domain_id uuid,
        scope jsonb NOT NULL, scenario_ids uuid[] NOT NULL, ground text NOT NULL, decision jsonb NOT NULL,
        state text NOT NULL CHECK (state IN
          ('opened', 'access-closed', 'exits-decided', 'inventoried', 'destroying', 'verifying', 'certified', 'pending', 'held')),
        held_from text, opened_by uuid, confirmations jsonb NOT NULL, revocation_id uuid NOT NULL, destroy_by timestamptz NOT NULL,
        inventory jsonb, outcomes jsonb NOT NULL DEFAULT '[]', recovery_before jsonb NOT NULL DEFAULT '[]',
        recovery_after jsonb NOT NULL DEFAULT '[]', keys_destroyed_at timestamptz, retry_at timestamptz,
        conclusion jsonb, conclusion_digest text,
        CHECK ((state = 'held') = (held_from IS NOT NULL)),
        CHECK (state <> 'certified' OR (conclusion IS NOT NULL AND keys_destroyed_at IS NOT NULL)))`);
    await runner.query('CREATE INDEX terminations_authorisation ON terminations.terminations (authorisation_id, id)');
    await runner.query('CREATE INDEX terminations_revocation ON terminations.terminations (revocation_id)');
    await runner.query(`
      CREATE TABLE terminations.exits (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        termination_id uuid NOT NULL REFERENCES terminations.terminations (id), kind text NOT NULL, ref text NOT NULL,
        scenario_id uuid NOT NULL, decision text CHECK (decision IN ('release', 'transfer', 'destroy')),
        decided_by uuid, decided_at timestamptz, carried_by text, carried_out boolean NOT NULL,
        UNIQUE (termination_id, kind, ref))`);
    await runner.query(`
      CREATE TABLE terminations.legal_holds (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        target_kind text NOT NULL CHECK (target_kind IN ('authorisation', 'scenario', 'unit', 'domain')), target_id uuid NOT NULL,
        ordered_by text NOT NULL, reference text NOT NULL, reason text NOT NULL, until timestamptz, lifted_at timestamptz,
        lifted_by_reference text, placed_by uuid NOT NULL)`);
    await runner.query('CREATE INDEX legal_holds_target ON terminations.legal_holds (target_id) WHERE lifted_at IS NULL');
    await runner.query(guardWithJournal('terminations.terminations'));
    await runner.query(guardWithJournal('terminations.exits', 'termination_id'));
    await runner.query(guardWithJournal('terminations.legal_holds'));
    await runner.query(`
      CREATE VIEW terminations.v_terminations AS
        SELECT id, authorisation_id, unit_id, authority_id, state, destroy_by FROM terminations.terminations`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA terminations CASCADE');
  }
}
