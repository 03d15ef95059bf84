import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `cut_id`: the cut whose own transaction placed the order. Whoever reads the order reads the cut as committed. */
export class OrdersOfCuts1763900090000 implements MigrationInterface {
  name = 'OrdersOfCuts1763900090000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE domains.cluster_orders ADD COLUMN cut_id uuid');
    await runner.query('CREATE INDEX cluster_orders_of_cut ON domains.cluster_orders (cut_id) WHERE cut_id IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX domains.cluster_orders_of_cut');
    await runner.query('ALTER TABLE domains.cluster_orders DROP COLUMN cut_id');
  }
}
