import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A changed identity number voids the real-name verification made for the one before. */
export class VoidedVerifications1763800060000 implements MigrationInterface {
  name = 'VoidedVerifications1763800060000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE identity.personnel_records ADD voided_at timestamptz CHECK (voided_at IS NULL OR kind = 'real-name')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE identity.personnel_records DROP COLUMN voided_at');
  }
}
