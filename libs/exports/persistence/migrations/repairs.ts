import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Repairs of blocked requests that their requesters accepted: what is done to which columns, and of which file. */
export class Repairs1763900080001 implements MigrationInterface {
  name = 'Repairs1763900080001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE exports.export_requests ADD repairs jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exports.export_requests DROP COLUMN repairs');
  }
}
