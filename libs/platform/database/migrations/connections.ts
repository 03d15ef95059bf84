import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where every process leaves the connections it served until the network logs take them, and how long each of them was watching. */
export class PlatformConnections1763700001000 implements MigrationInterface {
  name = 'PlatformConnections1763700001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.connection_sources (
        id uuid PRIMARY KEY, component text NOT NULL, started_at timestamptz NOT NULL, seen_at timestamptz NOT NULL, stopped_at timestamptz)`);
    await runner.query(`
      CREATE TABLE platform.connections (
        id uuid PRIMARY KEY, source_id uuid NOT NULL REFERENCES platform.connection_sources (id),
        person_id uuid, organisation_id uuid, domain_id uuid, address inet, port int, target text NOT NULL,
        bytes_in bigint NOT NULL, bytes_out bigint NOT NULL,
        started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL, closed_because text NOT NULL)`);
    await runner.query(`
      CREATE TABLE platform.connection_losses (
        source_id uuid REFERENCES platform.connection_sources (id), hour timestamptz, lost bigint NOT NULL, PRIMARY KEY (source_id, hour))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.connection_losses, platform.connections, platform.connection_sources');
  }
}
