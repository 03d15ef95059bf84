import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has ended for good. Rows are added and move on from `closing` to `ended`; none ever goes. */
export class Endings1763800070000 implements MigrationInterface {
  name = 'Endings1763800070000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.endings (
        kind text NOT NULL CHECK (kind IN ('authorisation', 'scenario', 'domain')), id uuid NOT NULL,
        stage text NOT NULL CHECK (stage IN ('closing', 'ended')), at timestamptz NOT NULL,
        unit_id uuid NOT NULL, authority_id uuid NOT NULL, PRIMARY KEY (kind, id))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.endings');
  }
}
