import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The key under which a request’s digests stand until its release. Requests from before have none, and their digests are not shown. */
export class KeyedDigests1763900080000 implements MigrationInterface {
  name = 'KeyedDigests1763900080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exports.export_requests ADD digest_key text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exports.export_requests DROP COLUMN digest_key');
  }
}
