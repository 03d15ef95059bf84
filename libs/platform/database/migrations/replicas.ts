import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Processes that let people in, with the address at which each can be asked, and what canaries were answered there before a cut. */
export class PlatformReplicas1763800080000 implements MigrationInterface {
  name = 'PlatformReplicas1763800080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.replicas (
        id uuid PRIMARY KEY, address text, lease_ms int NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(), seen_at timestamptz NOT NULL, stopped_at timestamptz)`);
    await runner.query(`
      CREATE TABLE platform.rehearsals (
        id uuid PRIMARY KEY, scope_kind text NOT NULL, scope_id uuid NOT NULL, epoch bigint NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), answers jsonb NOT NULL)`);
    await runner.query('CREATE INDEX rehearsals_scope ON platform.rehearsals (scope_id, at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.rehearsals, platform.replicas');
  }
}
