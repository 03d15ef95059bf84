import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a revocation has shown closed is kept between attempts; and since when a workspace is wanted, or wanted away. */
export class PathsShown1763800095000 implements MigrationInterface {
  name = 'PathsShown1763800095000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE seats.revocations ADD COLUMN shown jsonb NOT NULL DEFAULT '[]'`);
    await runner.query('ALTER TABLE seats.workspaces ADD COLUMN wanted_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE seats.workspaces DROP COLUMN wanted_at');
    await runner.query('ALTER TABLE seats.revocations DROP COLUMN shown');
  }
}
