import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Interference1764400000000 implements MigrationInterface {
  name = 'Interference1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coderuns.runs ADD COLUMN interference jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coderuns.runs DROP COLUMN interference');
  }
}
