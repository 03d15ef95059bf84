import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answered orders go by age, and are found by it. */
export class OrdersDone1763900061001 implements MigrationInterface {
  name = 'OrdersDone1763900061001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX cluster_orders_done ON domains.cluster_orders (done_at) WHERE done_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX domains.cluster_orders_done');
  }
}
