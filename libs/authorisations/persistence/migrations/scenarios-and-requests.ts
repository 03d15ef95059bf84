import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Scenarios and what hangs on them: data requests item by item, consents, admissions and cooperations; views for pages. */
export class ScenariosAndRequests1763700201000 implements MigrationInterface {
  name = 'ScenariosAndRequests1763700201000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.scenarios (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id), unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        state text NOT NULL, plan jsonb NOT NULL, whole_authorisation jsonb NOT NULL, applicant_id uuid NOT NULL, stop jsonb,
        approved_at timestamptz, ended_at timestamptz)`);
    await runner.query('CREATE INDEX scenarios_authorisation ON authorisations.scenarios (authorisation_id)');
    await runner.query(`
      CREATE TABLE authorisations.data_requests (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, authorisation_id uuid NOT NULL,
        scenario_id uuid NOT NULL REFERENCES authorisations.scenarios (id), unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        requester_id uuid NOT NULL, revision int NOT NULL, external_reference text UNIQUE, industry_opinion jsonb)`);
    await runner.query('CREATE INDEX data_requests_scenario ON authorisations.data_requests (scenario_id)');
    await runner.query(`
      CREATE TABLE authorisations.data_request_items (
        id uuid PRIMARY KEY, version int NOT NULL, request_id uuid NOT NULL REFERENCES authorisations.data_requests (id),
        since_revision int NOT NULL, position int NOT NULL, authorisation_id uuid NOT NULL, scenario_id uuid NOT NULL, unit_id uuid NOT NULL, state text NOT NULL,
        dataset_id uuid NOT NULL, provider_id uuid NOT NULL, fields jsonb NOT NULL, rows jsonb NOT NULL, returned boolean NOT NULL,
        period jsonb NOT NULL, frequency text NOT NULL, use text NOT NULL, upper_consents jsonb NOT NULL, reasons text, granted jsonb,
        CHECK (state <> 'in-force' OR granted IS NOT NULL))`);
    await runner.query('CREATE INDEX data_request_items_scenario ON authorisations.data_request_items (scenario_id, dataset_id)');
    await runner.query('CREATE INDEX data_request_items_request ON authorisations.data_request_items (request_id)');
    await runner.query('CREATE INDEX data_request_items_provider ON authorisations.data_request_items (provider_id)');
    await runner.query(`
      CREATE TABLE authorisations.consents (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, unit_id uuid NOT NULL,
        scenario_id uuid NOT NULL REFERENCES authorisations.scenarios (id), service text NOT NULL, reference text NOT NULL,
        subject text NOT NULL, items jsonb NOT NULL CHECK (jsonb_array_length(items) > 0), purpose text NOT NULL,
        expires_on date NOT NULL, withdrawn_at timestamptz, UNIQUE (service, reference, scenario_id))`);
    await runner.query(`
      CREATE TABLE authorisations.admissions (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, kind text NOT NULL CHECK (kind IN ('admission', 'cooperation')),
        authorisation_id uuid NOT NULL REFERENCES authorisations.authorisations (id),
        scenario_id uuid NOT NULL REFERENCES authorisations.scenarios (id), unit_id uuid NOT NULL, authority_id uuid NOT NULL,
        organisation_id uuid NOT NULL, parent_id uuid REFERENCES authorisations.admissions (id), scope text NOT NULL, until date NOT NULL,
        files jsonb NOT NULL, revision int NOT NULL, state text NOT NULL, requester_id uuid NOT NULL, approved_at timestamptz)`);
    await runner.query('CREATE INDEX admissions_authorisation ON authorisations.admissions (authorisation_id)');
    for (const table of ['scenarios', 'data_requests', 'consents', 'admissions'])
      await runner.query(guardWithJournal(`authorisations.${table}`));
    await runner.query(guardWithJournal('authorisations.data_request_items', 'request_id'));
    await this.views(runner);
  }

  private async views(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW authorisations.v_authorisations AS
        SELECT id, unit_id, authority_id, profile_id, state, field, (term ->> 'from')::date AS term_from, (term ->> 'until')::date AS term_until,
          signed_on, in_force_since FROM authorisations.authorisations`);
    await runner.query(`
      CREATE VIEW authorisations.v_scenarios AS
        SELECT id, authorisation_id, unit_id, authority_id, state, plan ->> 'title' AS title, stop IS NOT NULL AS stopped, approved_at, ended_at
        FROM authorisations.scenarios`);
    await runner.query(`
      CREATE VIEW authorisations.v_suspensions AS
        SELECT id, authorisation_id, unit_id, state, ground, imposed_at, (deadline ->> 'due')::date AS due FROM authorisations.suspensions`);
    await runner.query(`
      CREATE VIEW authorisations.v_deadlines AS
        SELECT id, authorisation_id, kind, (deadline ->> 'due')::date AS due, receipt ->> 'number' AS receipt_number,
          (receipt ->> 'late')::boolean AS late FROM authorisations.deadlines`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const view of ['v_deadlines', 'v_suspensions', 'v_scenarios', 'v_authorisations'])
      await runner.query(`DROP VIEW authorisations.${view}`);
    for (const table of ['admissions', 'consents', 'data_request_items', 'data_requests', 'scenarios'])
      await runner.query(`DROP TABLE authorisations.${table}`);
  }
}
