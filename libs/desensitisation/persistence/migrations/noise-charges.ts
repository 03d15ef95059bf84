import { guardWithJournal } from '#platform/database/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What runs are charged for noise, so that a field's budget is spent once. */
export class NoiseCharges1763800400808 implements MigrationInterface {
  name = 'NoiseCharges1763800400808';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE desensitisation.noise_charges (
        id uuid PRIMARY KEY, created_at timestamptz NOT NULL, run_id uuid NOT NULL REFERENCES desensitisation.runs (id),
        scenario_id uuid NOT NULL, dataset_id uuid NOT NULL, field text NOT NULL, release text NOT NULL,
        hundredths int NOT NULL CHECK (hundredths > 0), UNIQUE (run_id, field))`);
    await runner.query('CREATE INDEX noise_charges_budget ON desensitisation.noise_charges (scenario_id, dataset_id)');
    await runner.query(guardWithJournal('desensitisation.noise_charges', 'run_id'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE desensitisation.noise_charges');
  }
}
