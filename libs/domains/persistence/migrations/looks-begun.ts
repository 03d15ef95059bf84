import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `begun_at`: when the look began that answered an order; it shows what was cut before then, whoever placed the order.
 * `rings`: a change of what is wanted is a row of its own, so that acts under one domain do not wait for one another.
 */
export class LooksBegun1763800170001 implements MigrationInterface {
  name = 'LooksBegun1763800170001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE domains.cluster_orders ADD COLUMN begun_at timestamptz');
    // Without a reference: checking it would lock the domain's row, which a pass that reports holds.
    await runner.query('CREATE TABLE domains.rings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, domain_id uuid NOT NULL)');
    await runner.query('CREATE INDEX rings_domain ON domains.rings (domain_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE domains.rings');
    await runner.query('ALTER TABLE domains.cluster_orders DROP COLUMN begun_at');
  }
}
