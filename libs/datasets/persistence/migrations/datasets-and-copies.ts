import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DatasetsAndCopies1763700400000 implements MigrationInterface {
  name = 'DatasetsAndCopies1763700400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA datasets');
    await runner.query(`
      CREATE TABLE datasets.datasets (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'frozen')),
        provider_id uuid NOT NULL, name text NOT NULL, description text NOT NULL, edition text NOT NULL,
        grade text NOT NULL CHECK (grade IN ('L1', 'L2', 'L3', 'L4')),
        marking text NOT NULL CHECK (marking = 'none' OR state = 'frozen'),
        custody jsonb NOT NULL, origin jsonb NOT NULL, use_conditions jsonb NOT NULL, contact jsonb NOT NULL,
        update_frequency_days int, fields jsonb NOT NULL, fields_version int NOT NULL, proposal jsonb, freeze_reason text)`);
    await runner.query('CREATE INDEX datasets_provider ON datasets.datasets (provider_id, id)');
    await runner.query(`
      CREATE TABLE datasets.field_versions (
        dataset_id uuid NOT NULL REFERENCES datasets.datasets (id), fields_version int NOT NULL, fields jsonb NOT NULL,
        decided_by uuid NOT NULL, approved_by uuid, reason text NOT NULL, decided_at timestamptz NOT NULL,
        PRIMARY KEY (dataset_id, fields_version))`);
    await runner.query(`
      CREATE TABLE datasets.uploads (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        owner_id uuid NOT NULL, organisation_id uuid NOT NULL,
        length bigint NOT NULL CHECK (length > 0), received bigint NOT NULL CHECK (received BETWEEN 0 AND length), parts int NOT NULL,
        expires_at timestamptz NOT NULL, claimed_by uuid, destroyed_at timestamptz)`);
    await runner.query(`
      CREATE TABLE datasets.upload_parts (
        upload_id uuid NOT NULL REFERENCES datasets.uploads (id), part int NOT NULL, object_key text NOT NULL, bytes bigint NOT NULL,
        PRIMARY KEY (upload_id, part))`);
    await runner.query(`
      CREATE TABLE datasets.dataset_copies (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('received', 'importing', 'ready', 'failed', 'destroyed')),
        dataset_id uuid NOT NULL REFERENCES datasets.datasets (id), edition text NOT NULL, fields_version int NOT NULL,
        scenario_id uuid NOT NULL, authorisation_id uuid NOT NULL, unit_id uuid NOT NULL, authority_id uuid NOT NULL, provider_id uuid NOT NULL,
        delivered_by uuid NOT NULL, upload_id uuid NOT NULL UNIQUE REFERENCES datasets.uploads (id), format jsonb NOT NULL,
        max_bad_share double precision NOT NULL CHECK (max_bad_share BETWEEN 0 AND 1),
        source jsonb, counts jsonb, left_out jsonb NOT NULL DEFAULT '[]', file jsonb, failure jsonb,
        ready_at timestamptz, destroyed_at timestamptz,
        CHECK (state <> 'ready' OR (file IS NOT NULL AND counts IS NOT NULL AND source IS NOT NULL)),
        CHECK (state <> 'failed' OR failure IS NOT NULL))`);
    await runner.query('CREATE INDEX dataset_copies_scenario ON datasets.dataset_copies (scenario_id, id)');
    await runner.query('CREATE INDEX dataset_copies_dataset ON datasets.dataset_copies (dataset_id, id)');
    await runner.query('CREATE INDEX dataset_copies_authorisation ON datasets.dataset_copies (authorisation_id, id)');
    await runner.query(`
      CREATE TABLE datasets.bad_rows (
        copy_id uuid NOT NULL REFERENCES datasets.dataset_copies (id), line bigint NOT NULL, reason text NOT NULL, field text,
        PRIMARY KEY (copy_id, line))`);
    for (const table of ['datasets', 'dataset_copies', 'uploads']) await runner.query(guardWithJournal(`datasets.${table}`));
    await runner.query(guardWithJournal('datasets.field_versions', 'dataset_id'));
    await runner.query(`
      CREATE VIEW datasets.v_copies AS
        SELECT copy.id, copy.state, copy.dataset_id, dataset.name AS dataset_name, copy.scenario_id, copy.authorisation_id, copy.unit_id,
          copy.provider_id, copy.created_at, copy.ready_at, copy.destroyed_at,
          (copy.counts ->> 'rows')::bigint AS rows, (copy.counts ->> 'bad')::bigint AS bad_lines
        FROM datasets.dataset_copies copy JOIN datasets.datasets dataset ON dataset.id = copy.dataset_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA datasets CASCADE');
  }
}
