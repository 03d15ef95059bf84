import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A review that fell with its reviewer's role stays on record; the same person may give it anew by a new grant. */
export class ReviewsReplaced1763800300001 implements MigrationInterface {
  name = 'ReviewsReplaced1763800300001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE exports.reviews DROP CONSTRAINT reviews_request_id_round_reviewer_id_key,
      ADD CONSTRAINT reviews_request_id_round_grant_id_key UNIQUE (request_id, round, grant_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE exports.reviews DROP CONSTRAINT reviews_request_id_round_grant_id_key,
      ADD CONSTRAINT reviews_request_id_round_reviewer_id_key UNIQUE (request_id, round, reviewer_id)`);
  }
}
