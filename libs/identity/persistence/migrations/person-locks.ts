import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PersonLocks1763800040000 implements MigrationInterface {
  name = 'PersonLocks1763800040000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.person_locks (
        id uuid PRIMARY KEY, version int NOT NULL, person_id uuid NOT NULL REFERENCES identity.people (id),
        state text NOT NULL CHECK (state IN ('locked', 'lifted')), ground text NOT NULL, reason text NOT NULL CHECK (reason <> ''),
        locked_at timestamptz NOT NULL, locked_by uuid REFERENCES identity.people (id),
        lifted_at timestamptz, lifted_by uuid REFERENCES identity.people (id), lift_reason text CHECK (lift_reason <> ''),
        CHECK (lifted_by <> person_id AND locked_by <> person_id),
        CHECK ((state = 'lifted') = (lifted_at IS NOT NULL AND lifted_by IS NOT NULL AND lift_reason IS NOT NULL)))`);
    await runner.query(`CREATE INDEX person_locks_person ON identity.person_locks (person_id) WHERE state = 'locked'`);
    await runner.query(guardWithJournal('identity.person_locks', 'person_id'));
    await runner.query(`
      CREATE VIEW identity.v_locked_people AS SELECT DISTINCT person_id FROM identity.person_locks WHERE state = 'locked'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP VIEW identity.v_locked_people');
    await runner.query('DROP TABLE identity.person_locks');
  }
}
