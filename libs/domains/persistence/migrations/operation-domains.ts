import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OperationDomains1763700300000 implements MigrationInterface {
  name = 'OperationDomains1763700300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA domains');
    await runner.query(`
      CREATE TABLE domains.operation_domains (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        authorisation_id uuid NOT NULL UNIQUE, unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'provisioning', 'ready', 'degraded', 'sealed', 'destroying', 'destroyed')),
        sealed_from text, quota jsonb NOT NULL, node_pools jsonb NOT NULL, troubles jsonb NOT NULL DEFAULT '[]', traceparent text,
        CHECK ((state = 'sealed') = (sealed_from IS NOT NULL)))`);
    // UNIQUE over all that ever was: a namespace's name is never used again.
    await runner.query(`
      CREATE TABLE domains.zones (
        id uuid PRIMARY KEY, domain_id uuid NOT NULL REFERENCES domains.operation_domains (id),
        zone text NOT NULL CHECK (zone IN ('dev', 'prod')), namespace text NOT NULL UNIQUE, created_at timestamptz NOT NULL,
        made_at timestamptz, lost_at timestamptz, gone_at timestamptz)`);
    await runner.query('CREATE UNIQUE INDEX zones_one_current ON domains.zones (domain_id, zone) WHERE lost_at IS NULL');
    await runner.query(`
      CREATE TABLE domains.catalogue_images (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        image text NOT NULL, title text NOT NULL, purpose text NOT NULL CHECK (purpose IN ('workspace', 'run')),
        zones text[] NOT NULL, withdrawn_at timestamptz)`);
    await runner.query('CREATE UNIQUE INDEX catalogue_images_once ON domains.catalogue_images (image, purpose) WHERE withdrawn_at IS NULL');
    await runner.query(`
      CREATE TABLE domains.desired_objects (
        id uuid PRIMARY KEY, domain_id uuid NOT NULL REFERENCES domains.operation_domains (id),
        zone text NOT NULL, owner_kind text NOT NULL, owner_id uuid NOT NULL, scenario_id uuid, position int NOT NULL,
        manifest jsonb NOT NULL, created_at timestamptz NOT NULL, dropped_at timestamptz)`);
    await runner.query('CREATE INDEX desired_objects_domain ON domains.desired_objects (domain_id) WHERE dropped_at IS NULL');
    await runner.query('CREATE INDEX desired_objects_owner ON domains.desired_objects (owner_id)');
    await runner.query(`
      CREATE TABLE domains.canaries (
        id uuid PRIMARY KEY, domain_id uuid NOT NULL REFERENCES domains.operation_domains (id),
        place text NOT NULL CHECK (place IN ('object', 'secret', 'row')), ref text NOT NULL, digest text NOT NULL,
        wrapped text, planted_at timestamptz NOT NULL, UNIQUE (domain_id, place, ref))`);
    await runner.query(`
      CREATE TABLE domains.probe_runs (
        id uuid PRIMARY KEY, domain_id uuid NOT NULL REFERENCES domains.operation_domains (id),
        ran_at timestamptz NOT NULL, asked int NOT NULL, held int NOT NULL, verdicts jsonb NOT NULL)`);
    await runner.query('CREATE INDEX probe_runs_latest ON domains.probe_runs (domain_id, ran_at DESC)');
    // What follows is a workshop, not a state: it can be emptied and is filled again.
    await runner.query(`
      CREATE TABLE domains.cluster_orders (
        id uuid PRIMARY KEY, domain_id uuid NOT NULL REFERENCES domains.operation_domains (id), kind text NOT NULL,
        requested_at timestamptz NOT NULL, done_at timestamptz, result jsonb, failure text, traceparent text)`);
    await runner.query('CREATE INDEX cluster_orders_open ON domains.cluster_orders (domain_id) WHERE done_at IS NULL');
    await runner.query(`
      CREATE TABLE domains.reconciliations (
        domain_id uuid PRIMARY KEY REFERENCES domains.operation_domains (id), wanted bigint NOT NULL DEFAULT 1, seen bigint NOT NULL DEFAULT 0,
        term bigint NOT NULL DEFAULT 0, at timestamptz, steps jsonb NOT NULL DEFAULT '[]', failure text, retry_at timestamptz)`);
    for (const table of ['operation_domains', 'catalogue_images']) await runner.query(guardWithJournal(`domains.${table}`));
    for (const table of ['zones', 'desired_objects', 'canaries', 'probe_runs'])
      await runner.query(guardWithJournal(`domains.${table}`, 'domain_id'));
    await runner.query(`
      CREATE VIEW domains.v_operation_domains AS SELECT id, authorisation_id, unit_id, authority_id, state FROM domains.operation_domains`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA domains CASCADE');
  }
}
