import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which organisation is which body of a region, texts that replace others, and who drew up an emergency plan. */
export class StageBodies1763800060001 implements MigrationInterface {
  name = 'StageBodies1763800060001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE authorisations.stage_bodies (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL, state text NOT NULL,
        authority_id uuid NOT NULL, party text NOT NULL, organisation_id uuid NOT NULL, source text NOT NULL,
        proposed_by uuid NOT NULL, confirmed_by uuid, valid_from timestamptz, valid_until timestamptz, ended_by uuid, reason text,
        CHECK (organisation_id <> authority_id), CHECK (confirmed_by <> proposed_by),
        CHECK (state NOT IN ('registered', 'ended') OR (confirmed_by IS NOT NULL AND valid_from IS NOT NULL)),
        CHECK (state NOT IN ('withdrawn', 'ended') OR (ended_by IS NOT NULL AND valid_until IS NOT NULL AND reason IS NOT NULL)))`);
    await runner.query(`
      CREATE UNIQUE INDEX stage_bodies_one_registered ON authorisations.stage_bodies (authority_id, party) WHERE state = 'registered'`);
    await runner.query(`
      CREATE TABLE authorisations.superseding_texts (
        id uuid PRIMARY KEY, version int NOT NULL, created_at timestamptz NOT NULL,
        profile text NOT NULL, title text NOT NULL, dated date NOT NULL, applies_from date NOT NULL, source text NOT NULL,
        proposed_by uuid NOT NULL, confirmed_by uuid, confirmed_at timestamptz, CHECK (confirmed_by <> proposed_by))`);
    for (const table of ['stage_bodies', 'superseding_texts']) await runner.query(guardWithJournal(`authorisations.${table}`));
    await runner.query(`ALTER TABLE authorisations.authorisations ADD bodies jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE authorisations.emergency_plans ADD drawn_up_with jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorisations.emergency_plans DROP COLUMN drawn_up_with');
    await runner.query('ALTER TABLE authorisations.authorisations DROP COLUMN bodies');
    await runner.query('DROP TABLE authorisations.superseding_texts, authorisations.stage_bodies');
  }
}
