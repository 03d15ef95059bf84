import { newId, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Charge, Charged } from '../domain/noise-budget.js';
import type { DesensitisationRunRow } from './entities.js';

/** A field's budget is one for all deliveries and plans of a scenario. */
export type NoiseScope = Pick<DesensitisationRunRow, 'scenarioId' | 'datasetId'>;

/** What runs are charged for noise. Rows are added with a run and never changed: whether they count is what became of the run. */
@Injectable()
export class NoiseChargesRepository {
  /** Makes those who would spend of one dataset in one scenario wait for each other, until their transactions end. */
  async serialise(tx: Tx, { scenarioId, datasetId }: NoiseScope): Promise<void> {
    const lock = `SELECT pg_advisory_xact_lock(hashtextextended('desensitisation.noise/' || $1 || '/' || $2, 0))`;
    await managerOf(tx).query(lock, [scenarioId, datasetId]);
  }

  /** Each release once, of runs that published it or may yet: what failed or was cancelled published nothing. A destroyed sample was seen. */
  counting(tx: Tx, { scenarioId, datasetId }: NoiseScope): Promise<Charged[]> {
    return managerOf(tx).query(
      `SELECT charge.field, charge.release, charge.hundredths AS cost, bool_or(run.state = 'succeeded') AS published
       FROM desensitisation.noise_charges charge JOIN desensitisation.runs run ON run.id = charge.run_id
       WHERE charge.scenario_id = $1 AND charge.dataset_id = $2 AND run.state NOT IN ('failed', 'cancelled')
       GROUP BY charge.field, charge.release, charge.hundredths ORDER BY charge.field, charge.release`,
      [scenarioId, datasetId],
    );
  }

  async insert(tx: Tx, run: NoiseScope & { readonly id: Id }, charges: readonly Charge[]): Promise<void> {
    for (const { field, release, cost } of charges)
      await managerOf(tx).query(
        `INSERT INTO desensitisation.noise_charges (id, created_at, run_id, scenario_id, dataset_id, field, release, hundredths)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [newId(), tx.context.at, run.id, run.scenarioId, run.datasetId, field, release, cost],
      );
  }
}
