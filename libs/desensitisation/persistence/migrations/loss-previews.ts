import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a plan's k would cost, measured before it is approved. */
export class LossPreviews1763900500000 implements MigrationInterface {
  name = 'LossPreviews1763900500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE desensitisation.plans ADD COLUMN loss jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE desensitisation.plans DROP COLUMN loss');
  }
}
