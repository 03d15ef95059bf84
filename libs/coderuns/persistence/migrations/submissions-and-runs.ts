import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const belonging = 'scenario_id uuid NOT NULL, authorisation_id uuid NOT NULL, unit_id uuid NOT NULL, authority_id uuid NOT NULL';

export class SubmissionsAndRuns1763700700000 implements MigrationInterface {
  name = 'SubmissionsAndRuns1763700700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA coderuns');
    await runner.query(`
      CREATE TABLE coderuns.submissions (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, ${belonging},
        state text NOT NULL CHECK (state IN ('submitted', 'reviewed', 'returned')),
        purpose text NOT NULL CHECK (purpose IN ('run', 'train')), language text NOT NULL CHECK (language = 'sql'),
        title text NOT NULL, sql text NOT NULL, inputs jsonb NOT NULL, digest text NOT NULL, derivations jsonb,
        submitted_by uuid NOT NULL, seat_id uuid NOT NULL, reviewed_by uuid, reviewed_at timestamptz, reasons text,
        CHECK ((state = 'submitted') = (reviewed_by IS NULL)), CHECK ((reviewed_by IS NULL) = (reviewed_at IS NULL)),
        CHECK (reviewed_by <> submitted_by))`);
    await runner.query(`
      CREATE TABLE coderuns.runs (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, ${belonging},
        submission_id uuid NOT NULL REFERENCES coderuns.submissions (id), code_digest text NOT NULL,
        mode text NOT NULL CHECK (mode IN ('production', 'trial')),
        state text NOT NULL CHECK (state IN ('queued', 'running', 'checking', 'succeeded', 'failed', 'cancelled')),
        requested_by uuid NOT NULL, started_at timestamptz, finished_at timestamptz, cause jsonb, copies jsonb, lineage jsonb,
        rows bigint, bytes bigint, object_key text, object_version text, sha256 text, engine text, destroyed_at timestamptz,
        CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
        CHECK (state <> 'succeeded' OR (object_key IS NOT NULL AND sha256 IS NOT NULL AND lineage IS NOT NULL)))`);
    for (const table of ['submissions', 'runs']) {
      await runner.query(`CREATE INDEX ${table}_scenario ON coderuns.${table} (scenario_id)`);
      await runner.query(guardWithJournal(`coderuns.${table}`));
    }
    await runner.query(`
      CREATE VIEW coderuns.v_submissions AS
        SELECT id, authorisation_id, scenario_id, unit_id, authority_id, state, created_at FROM coderuns.submissions`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA coderuns CASCADE');
  }
}
