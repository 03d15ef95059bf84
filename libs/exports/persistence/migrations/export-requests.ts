import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ExportRequests1763700800000 implements MigrationInterface {
  name = 'ExportRequests1763700800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA exports');
    await runner.query(`
      CREATE TABLE exports.export_requests (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        unit_id uuid NOT NULL, authority_id uuid NOT NULL, authorisation_id uuid NOT NULL, scenario_id uuid NOT NULL,
        requester_id uuid NOT NULL, purpose text NOT NULL, recipient text NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'quarantined', 'checking', 'blocked', 'in-review', 'returned', 'approved',
          'released', 'expired', 'withdrawn')),
        run_id uuid NOT NULL, declaration jsonb, files jsonb NOT NULL, lineage jsonb NOT NULL, slots jsonb NOT NULL, round int NOT NULL,
        binding jsonb, binding_digest text, volume jsonb, submitted_at timestamptz, released_at timestamptz, released_by uuid,
        expires_at timestamptz, manifest jsonb, manifest_digest text, end_reason text,
        CHECK (state NOT IN ('released', 'expired') OR (manifest IS NOT NULL AND released_by IS NOT NULL AND released_by <> requester_id)))`);
    await runner.query(`
      CREATE TABLE exports.check_rounds (
        id uuid PRIMARY KEY, request_id uuid NOT NULL REFERENCES exports.export_requests (id), round int NOT NULL,
        answer text NOT NULL CHECK (answer IN ('pass', 'needs-a-human', 'veto')), policy jsonb NOT NULL, checks jsonb NOT NULL,
        preview_key text NOT NULL, preview_version text NOT NULL, checked_at timestamptz NOT NULL, UNIQUE (request_id, round))`);
    await runner.query(`
      CREATE TABLE exports.reviews (
        id uuid PRIMARY KEY, request_id uuid NOT NULL REFERENCES exports.export_requests (id), round int NOT NULL,
        reviewer_id uuid NOT NULL, organisation_id uuid NOT NULL, party text NOT NULL, verdict text NOT NULL CHECK (verdict IN ('yes', 'no')),
        reasons text NOT NULL, answers jsonb NOT NULL, binding text NOT NULL, decided_at timestamptz NOT NULL,
        UNIQUE (request_id, round, reviewer_id))`);
    await runner.query(`
      CREATE TABLE exports.release_links (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        request_id uuid NOT NULL REFERENCES exports.export_requests (id), file_id uuid NOT NULL, person_id uuid NOT NULL,
        expires_at timestamptz NOT NULL, state text NOT NULL CHECK (state IN ('open', 'completed', 'revoked')),
        attempts int NOT NULL, served bigint NOT NULL)`);
    await runner.query(`
      CREATE TABLE exports.policies (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, set_by uuid NOT NULL, reason text NOT NULL,
        policy jsonb NOT NULL)`);
    await runner.query(`
      CREATE TABLE exports.budgets (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        authorisation_id uuid NOT NULL, scenario_id uuid NOT NULL, bytes bigint NOT NULL, rows bigint NOT NULL, basis text NOT NULL,
        set_by uuid NOT NULL)`);
    await runner.query('CREATE INDEX export_requests_scenario ON exports.export_requests (scenario_id)');
    await runner.query('CREATE INDEX export_requests_authorisation ON exports.export_requests (authorisation_id)');
    await runner.query('CREATE INDEX release_links_request ON exports.release_links (request_id)');
    await runner.query('CREATE INDEX budgets_scenario ON exports.budgets (scenario_id, id DESC)');
    for (const table of ['export_requests', 'policies', 'budgets']) await runner.query(guardWithJournal(`exports.${table}`));
    for (const table of ['check_rounds', 'reviews', 'release_links'])
      await runner.query(guardWithJournal(`exports.${table}`, 'request_id'));
    await runner.query(`
      CREATE VIEW exports.v_export_requests AS
        SELECT id, authorisation_id, scenario_id, unit_id, authority_id, state, submitted_at, released_at FROM exports.export_requests`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA exports CASCADE');
  }
}
