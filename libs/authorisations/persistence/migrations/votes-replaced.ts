import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A vote that fell with its voter's role stays on record beside the one that another person casts in its place. */
export class VotesReplaced1763800300000 implements MigrationInterface {
  name = 'VotesReplaced1763800300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE authorisations.votes
      DROP CONSTRAINT votes_approval_id_slot_key, DROP CONSTRAINT votes_approval_id_person_id_key,
      ADD CONSTRAINT votes_approval_id_grant_id_key UNIQUE (approval_id, grant_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE authorisations.votes DROP CONSTRAINT votes_approval_id_grant_id_key,
      ADD CONSTRAINT votes_approval_id_slot_key UNIQUE (approval_id, slot),
      ADD CONSTRAINT votes_approval_id_person_id_key UNIQUE (approval_id, person_id)`);
  }
}
