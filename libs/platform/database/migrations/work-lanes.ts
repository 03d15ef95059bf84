import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each piece of work stands in a lane, and says who ordered it, so that nobody's work fills what others wait for. */
export class PlatformWorkLanes1763800000000 implements MigrationInterface {
  name = 'PlatformWorkLanes1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE platform.work ADD COLUMN lane text NOT NULL DEFAULT 'work', ADD COLUMN person_id uuid`);
    await runner.query(`UPDATE platform.work SET lane = 'events' WHERE kind = 'event'`);
    await runner.query('DROP INDEX platform.work_due');
    await runner.query(`CREATE INDEX work_due ON platform.work (lane, due_at, id) WHERE state = 'due'`);
    await runner.query(`CREATE INDEX work_open_of ON platform.work (lane, unit_id, person_id) WHERE state IN ('due', 'leased')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX platform.work_open_of, platform.work_due');
    await runner.query(`CREATE INDEX work_due ON platform.work (due_at) WHERE state = 'due'`);
    await runner.query('ALTER TABLE platform.work DROP COLUMN lane, DROP COLUMN person_id');
  }
}
