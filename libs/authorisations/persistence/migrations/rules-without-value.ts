import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A text may set that a rule has no value any more; null is what the driver makes of JSON's null. */
export class RulesWithoutValue1763800310000 implements MigrationInterface {
  name = 'RulesWithoutValue1763800310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorisations.profile_entries ALTER COLUMN value DROP NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    // JSON's own null says the same. One statement: an UPDATE would leave the guard's trigger waiting, and then the table can't be altered.
    await runner.query(`ALTER TABLE authorisations.profile_entries
      ALTER COLUMN value TYPE jsonb USING coalesce(value, 'null'::jsonb), ALTER COLUMN value SET NOT NULL`);
  }
}
