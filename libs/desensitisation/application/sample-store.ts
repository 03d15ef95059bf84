import { canonicalJson } from '#kernel';
import { OBJECTS, type Objects } from '#platform/objects';
import type { StoredResult } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import type { Proof } from '../domain/evidence/examine.js';
import { sampleFolder, sealOf } from '../domain/names.js';
import type { DesensitisationRunRow } from '../persistence/entities.js';
import type { Desensitised } from './desensitising.js';
import type { RunKeys } from './pseudonym-keys.js';

/** Puts an output and its manifest into the object store. Nobody looks there but through the row of a run that succeeded. */
@Injectable()
export class SampleStore {
  constructor(@Inject(OBJECTS) private readonly objects: Objects) {}

  async put(
    run: DesensitisationRunRow,
    data: AsyncIterable<Uint8Array>,
    output: Desensitised,
    proof: Proof,
    made: { engine: string; keys: RunKeys },
  ): Promise<StoredResult> {
    const folder = sampleFolder(run);
    const sealedBy = sealOf(run.scenarioId);
    const stored = await this.objects.put(`${folder}/data.parquet`, data, { sealedBy });
    const manifest = {
      type: 'opdomain.sample.v1',
      runId: run.id,
      scenarioId: run.scenarioId,
      copyId: run.copyId,
      plan: { id: run.planId, revision: run.planRevision, digest: run.planDigest },
      rows: output.rows,
      sha256: stored.sha256,
      bytes: stored.bytes,
      columns: output.columns,
      engine: made.engine,
      keyVersions: made.keys.versions,
      proof,
    };
    await this.objects.put(`${folder}/manifest.json`, Buffer.from(canonicalJson(manifest)), { sealedBy });
    return { objectKey: stored.key, objectVersion: stored.version, sha256: stored.sha256, bytes: stored.bytes };
  }

  /** Removes whatever a run left that published nothing. */
  async discard(run: Pick<DesensitisationRunRow, 'id' | 'scenarioId'>): Promise<void> {
    await this.objects.destroy(sampleFolder(run));
  }
}
