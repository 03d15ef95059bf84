import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which grant each reviewer decided and the releaser released. */
export class ReviewsByGrant1763800050002 implements MigrationInterface {
  name = 'ReviewsByGrant1763800050002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE exports.reviews ADD grant_id uuid, ADD CONSTRAINT reviews_grant_id_check CHECK (grant_id IS NOT NULL) NOT VALID',
    );
    await runner.query('ALTER TABLE exports.export_requests ADD released_grant_id uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exports.export_requests DROP COLUMN released_grant_id');
    await runner.query('ALTER TABLE exports.reviews DROP COLUMN grant_id');
  }
}
