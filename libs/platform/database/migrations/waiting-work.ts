import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work that waits for a dependency says so, and workers that were lost with it are counted apart from its own failures. */
export class WaitingWork1763900010000 implements MigrationInterface {
  name = 'WaitingWork1763900010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE platform.work ADD COLUMN losses int NOT NULL DEFAULT 0, ADD COLUMN waits_for text,
      ADD COLUMN waits_since timestamptz, ADD CONSTRAINT work_waits CHECK ((waits_for IS NULL) = (waits_since IS NULL))`);
    // What failed and is to be tried again, for those who look after it.
    await runner.query(`CREATE INDEX work_failing ON platform.work (attempts DESC) WHERE state IN ('due', 'leased') AND attempts > 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX platform.work_failing');
    await runner.query('ALTER TABLE platform.work DROP COLUMN losses, DROP COLUMN waits_since, DROP COLUMN waits_for');
  }
}
