import type { MigrationInterface, QueryRunner } from 'typeorm';
import { epochLock } from '../epochs.js';

/**
 * What an act rests on is locked, in one order for all, and then read: in one statement for the client, in two for PostgreSQL, since what
 * was raised while the lock was waited for must be seen.
 */
export class HeldEpochs1763900092000 implements MigrationInterface {
  name = 'HeldEpochs1763900092000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION platform.hold_epochs(refs text[]) RETURNS SETOF platform.epochs LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(${epochLock('ref')}) FROM unnest(refs) WITH ORDINALITY AS held(ref, at) ORDER BY at;
        RETURN QUERY SELECT e.* FROM unnest(refs) AS held(ref)
          JOIN platform.epochs e ON e.kind = split_part(ref, '/', 1) AND e.id = split_part(ref, '/', 2)::uuid;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION platform.hold_epochs');
  }
}
