import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Gives the installation a name of its own, by which the keys that it publishes are told from those of others. */
export class PlatformInstallation1763800010000 implements MigrationInterface {
  name = 'PlatformInstallation1763800010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.installation (
        id int PRIMARY KEY CHECK (id = 1), name text NOT NULL, made_at timestamptz NOT NULL DEFAULT now())`);
    await runner.query(`
      INSERT INTO platform.installation (id, name)
      VALUES (1, 'opdomain.internal/' || right(replace(gen_random_uuid()::text, '-', ''), 12))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.installation');
  }
}
