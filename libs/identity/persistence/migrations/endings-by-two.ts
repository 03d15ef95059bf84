import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A deciding role ends as it began: proposed by one, confirmed by another. */
export class EndingsByTwo1763800300002 implements MigrationInterface {
  name = 'EndingsByTwo1763800300002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE identity.role_proposals ADD ends boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE identity.role_proposals DROP COLUMN ends');
  }
}
