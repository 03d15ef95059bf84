import type { MigrationInterface, QueryRunner } from 'typeorm';

const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`;

/** What is finished goes by age, what is open is found among a million that is not, and the dead rows of both are cleared early. */
export class GrownTables1763900061000 implements MigrationInterface {
  name = 'GrownTables1763900061000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX outbox_expanded ON platform.outbox (expanded_at, id) WHERE expanded_at IS NOT NULL');
    await runner.query('CREATE INDEX rehearsals_age ON platform.rehearsals (at)');
    await runner.query(`CREATE INDEX work_finished ON platform.work (finished_at) WHERE kind = 'job' AND state IN ('done', 'cancelled')`);
    for (const whose of ['person_id', 'unit_id', 'scenario_id'])
      await runner.query(
        `CREATE INDEX work_open_${whose} ON platform.work (${whose}) WHERE state IN ('due', 'leased', 'dead') AND ${whose} IS NOT NULL`,
      );
    // Of a lane that people share: from one who has work waiting to the next.
    await runner.query(`CREATE INDEX work_waiting_of ON platform.work (lane, (coalesce(unit_id, ${nobody})), (coalesce(person_id, ${nobody})), due_at, id)
      WHERE state = 'due'`);
    // Pages are by id, newest first, and by one word each.
    for (const word of ['name', 'lane']) await runner.query(`CREATE INDEX work_by_${word} ON platform.work (${word}, id)`);
    await runner.query(`CREATE INDEX work_not_done ON platform.work (state, id) WHERE state <> 'done'`);
    await runner.query('DROP INDEX platform.work_failing');
    await runner.query(
      `CREATE INDEX work_failing ON platform.work (id) WHERE state IN ('due', 'leased') AND (attempts > 0 OR waits_for IS NOT NULL)`,
    );
    for (const table of ['outbox', 'inbox', 'work', 'idempotency'])
      await runner.query(
        `ALTER TABLE platform.${table} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['outbox', 'inbox', 'work', 'idempotency'])
      await runner.query(`ALTER TABLE platform.${table} RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)`);
    await runner.query('DROP INDEX platform.work_failing');
    await runner.query(`CREATE INDEX work_failing ON platform.work (attempts DESC) WHERE state IN ('due', 'leased') AND attempts > 0`);
    await runner.query('DROP INDEX platform.work_not_done, platform.work_by_lane, platform.work_by_name, platform.work_waiting_of');
    await runner.query('DROP INDEX platform.work_open_scenario_id, platform.work_open_unit_id, platform.work_open_person_id');
    await runner.query('DROP INDEX platform.work_finished, platform.rehearsals_age, platform.outbox_expanded');
  }
}
