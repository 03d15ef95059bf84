import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever waits for a look reads the newest orders of a domain and kind, often. */
export class OrdersByDomain1763800095001 implements MigrationInterface {
  name = 'OrdersByDomain1763800095001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX cluster_orders_newest ON domains.cluster_orders (domain_id, kind, requested_at DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX domains.cluster_orders_newest');
  }
}
