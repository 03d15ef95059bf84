import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A day's partition is made with the owner's rights: the processes that need one hold none to make tables. */
export class DaysByOwner1763800020100 implements MigrationInterface {
  name = 'DaysByOwner1763800020100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION networklogs.ensure_day(date) SECURITY DEFINER SET search_path = pg_catalog, pg_temp');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER FUNCTION networklogs.ensure_day(date) SECURITY INVOKER RESET search_path');
  }
}
