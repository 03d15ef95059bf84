import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every identity number that was ever verified for a person stays theirs, also once another one stands for them. */
export class NumbersForGood1763900041000 implements MigrationInterface {
  name = 'NumbersForGood1763900041000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE identity.person_numbers (
        number_mac text PRIMARY KEY, person_id uuid NOT NULL REFERENCES identity.people (id), verified_at timestamptz NOT NULL)`);
    await runner.query(`
      INSERT INTO identity.person_numbers SELECT number_mac, id, now() FROM identity.people WHERE number_mac IS NOT NULL`);
    await runner.query(guardWithJournal('identity.person_numbers', 'person_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity.person_numbers');
  }
}
