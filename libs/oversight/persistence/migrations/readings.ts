import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The last reading of each source of the board, so that one that does not answer now shows its age instead of a zero (ADM-11). A memory,
 * not a state: emptying it loses nothing, and so it needs no journal.
 */
export class Readings1763701300000 implements MigrationInterface {
  name = 'Readings1763701300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SCHEMA oversight');
    await runner.query(`
      CREATE TABLE oversight.readings (
        kind text NOT NULL CHECK (kind IN ('number', 'evidence')), name text NOT NULL, reach text NOT NULL,
        value jsonb NOT NULL, read_at timestamptz NOT NULL, PRIMARY KEY (kind, name, reach))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA oversight CASCADE');
  }
}
