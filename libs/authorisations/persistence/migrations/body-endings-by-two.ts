import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A body's registration ends as it began: one administrator proposes, the one of the other side confirms. */
export class BodyEndingsByTwo1763900041001 implements MigrationInterface {
  name = 'BodyEndingsByTwo1763900041001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorisations.stage_bodies ADD end_proposed_by uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorisations.stage_bodies DROP COLUMN end_proposed_by');
  }
}
