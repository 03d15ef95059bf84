import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By which grant each vote was cast; an older vote keeps none, and its approval is not opened again. */
export class VotesByGrant1763800050001 implements MigrationInterface {
  name = 'VotesByGrant1763800050001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE authorisations.votes ADD grant_id uuid, ADD CONSTRAINT votes_grant_id_check CHECK (grant_id IS NOT NULL) NOT VALID',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorisations.votes DROP COLUMN grant_id');
  }
}
