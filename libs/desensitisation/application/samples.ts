import { type Digest, type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { OutputColumn } from '../contract.js';
import { sealOf } from '../domain/names.js';
import type { RunRow } from '../persistence/entities.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { refuse } from '../domain/refusals.js';

/** A sample as it stands in dev, and where its bytes are. */
export interface Sample {
  readonly runId: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly datasetId: Id;
  readonly copyId: Id;
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  readonly sha256: Digest;
  readonly bytes: number;
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

function sampleOf(run: RunRow): readonly Sample[] {
  const { objectKey, objectVersion, sha256, bytes, rowsOut, lineage, finishedAt } = run;
  if (run.state !== 'succeeded' || run.destroyedAt !== null) return [];
  if (
    objectKey === null ||
    objectVersion === null ||
    sha256 === null ||
    bytes === null ||
    rowsOut === null ||
    lineage === null ||
    finishedAt === null
  )
    return [];
  const { id: runId, scenarioId, authorisationId, unitId, datasetId, copyId } = run;
  const sealedBy = sealOf(scenarioId);
  return [
    {
      runId,
      scenarioId,
      authorisationId,
      unitId,
      datasetId,
      copyId,
      objectKey,
      objectVersion,
      sealedBy,
      sha256,
      bytes,
      rows: rowsOut,
      columns: lineage,
      publishedAt: finishedAt,
    },
  ];
}
