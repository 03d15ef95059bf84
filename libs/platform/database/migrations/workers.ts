import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers that run, with the places and shares that each gives its lanes. */
export class PlatformWorkers1763800190000 implements MigrationInterface {
  name = 'PlatformWorkers1763800190000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE platform.workers (id uuid PRIMARY KEY, lanes jsonb NOT NULL, seen_at timestamptz NOT NULL)');
    await runner.query(`CREATE INDEX work_dead ON platform.work (lane) WHERE state = 'dead'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX platform.work_dead');
    await runner.query('DROP TABLE platform.workers');
  }
}
