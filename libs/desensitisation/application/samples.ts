import { type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { resultOf, type StoredResult } from '#runs';
import { Injectable } from '@nestjs/common';
import type { OutputColumn } from '../contract.js';
import { sealOf } from '../domain/names.js';
import type { DesensitisationRunRow } from '../persistence/entities.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { refuse } from '../domain/refusals.js';

/** A sample as it stands in dev, and where its bytes are. */
export interface Sample extends StoredResult {
  readonly runId: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly datasetId: Id;
  readonly copyId: Id;
  readonly sealedBy: string;
  readonly rows: number;
  readonly columns: readonly OutputColumn[];
  readonly publishedAt: Instant;
}

/** For other contexts: the samples of a scenario. */
@Injectable()
export class Samples {
  constructor(private readonly runs: RunsRepository) {}

  async ofScenario(tx: Tx, scenarioId: Id): Promise<readonly Sample[]> {
    return (await this.runs.published(tx, scenarioId)).flatMap(sampleOf);
  }

  /** @throws Refusal `sample.not-found` for a run that published nothing, or whose sample is destroyed */
  async get(tx: Tx, runId: Id): Promise<Sample> {
    const [sample] = sampleOf(await this.runs.get(tx, runId));
    if (sample === undefined) throw refuse('sample.not-found', { id: runId });
    return sample;
  }
}

function sampleOf(run: DesensitisationRunRow): readonly Sample[] {
  const { id: runId, scenarioId, authorisationId, unitId, datasetId, copyId, rowsOut, lineage, finishedAt } = run;
  const stored = resultOf(run);
  if (stored === undefined || rowsOut === null || lineage === null || finishedAt === null) return [];
  const of = { runId, scenarioId, authorisationId, unitId, datasetId, copyId };
  return [{ ...of, ...stored, sealedBy: sealOf(scenarioId), rows: rowsOut, columns: lineage, publishedAt: finishedAt }];
}
