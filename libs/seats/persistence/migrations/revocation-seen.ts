import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a revocation was first read as committed: from here on no act passes, which is what its receipt says. */
export class RevocationSeen1763800080001 implements MigrationInterface {
  name = 'RevocationSeen1763800080001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE seats.revocations ADD COLUMN seen_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE seats.revocations DROP COLUMN seen_at');
  }
}
