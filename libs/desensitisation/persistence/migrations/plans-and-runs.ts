import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const belonging = `scenario_id uuid NOT NULL, authorisation_id uuid NOT NULL, unit_id uuid NOT NULL, provider_id uuid NOT NULL,
        authority_id uuid NOT NULL, dataset_id uuid NOT NULL, copy_id uuid NOT NULL`;

export class PlansAndRuns1763700600000 implements MigrationInterface {
  name = 'PlansAndRuns1763700600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA desensitisation');
    await runner.query(`
      CREATE TABLE desensitisation.plans (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, ${belonging},
        state text NOT NULL CHECK (state IN ('proposing', 'draft', 'approved', 'failed', 'withdrawn')),
        revision int NOT NULL, content jsonb, digest text, columns jsonb NOT NULL, findings jsonb NOT NULL,
        edited_by uuid, approved_by uuid, approved_at timestamptz, cause text,
        CHECK (state NOT IN ('draft', 'approved') OR (content IS NOT NULL AND digest IS NOT NULL)),
        CHECK ((state = 'approved') = (approved_by IS NOT NULL)), CHECK ((approved_by IS NULL) = (approved_at IS NULL)))`);
    await runner.query(`
      CREATE TABLE desensitisation.runs (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, ${belonging},
        state text NOT NULL CHECK (state IN ('queued', 'running', 'checking', 'succeeded', 'failed', 'cancelled')),
        plan_id uuid NOT NULL REFERENCES desensitisation.plans (id), plan_revision int NOT NULL, plan_digest text NOT NULL,
        plan_content jsonb NOT NULL, plan_columns jsonb NOT NULL, requested_by uuid NOT NULL,
        started_at timestamptz, finished_at timestamptz, cause jsonb, proof jsonb, lineage jsonb, rows_in int, rows_out int,
        object_key text, object_version text, sha256 text, bytes bigint, engine text, key_versions jsonb NOT NULL DEFAULT '{}',
        destroyed_at timestamptz,
        CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
        CHECK (state <> 'succeeded' OR (object_key IS NOT NULL AND sha256 IS NOT NULL AND (proof ->> 'passed')::boolean)))`);
    await runner.query(`
      CREATE TABLE desensitisation.pseudonym_keys (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, scenario_id uuid NOT NULL, purpose text NOT NULL,
        wrapped text NOT NULL, UNIQUE (scenario_id, purpose))`);
    for (const table of ['plans', 'runs']) {
      await runner.query(`CREATE INDEX ${table}_scenario ON desensitisation.${table} (scenario_id)`);
      await runner.query(guardWithJournal(`desensitisation.${table}`));
    }
    await runner.query(guardWithJournal('desensitisation.pseudonym_keys'));
    // What stands in dev now: for code that is tried on samples and for pages that span contexts.
    await runner.query(`
      CREATE VIEW desensitisation.v_samples AS
        SELECT id AS run_id, scenario_id, authorisation_id, unit_id, dataset_id, copy_id, object_key, object_version,
          'scenario/' || scenario_id AS sealed_by, sha256, bytes, rows_out AS rows, lineage AS columns, finished_at AS published_at
        FROM desensitisation.runs WHERE state = 'succeeded' AND destroyed_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA desensitisation CASCADE');
  }
}
