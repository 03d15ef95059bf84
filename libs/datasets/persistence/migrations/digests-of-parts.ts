import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the sender of an upload compares its file with before it goes on; gone with the bytes. Parts from before have none. */
export class DigestsOfParts1763900081004 implements MigrationInterface {
  name = 'DigestsOfParts1763900081004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE datasets.upload_parts ADD COLUMN sha256 text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE datasets.upload_parts DROP COLUMN sha256');
  }
}
