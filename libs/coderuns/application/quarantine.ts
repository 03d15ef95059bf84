import { canonicalJson, keyedDigest, type KeyedDigest } from '#kernel';
import { OBJECTS, type Objects } from '#platform/objects';
import type { StoredResult } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { ColumnLineage } from '../contract.js';
import { resultFolder, sealedMapOf, sealOf } from '../domain/names.js';
import type { CodeRunRow, RunInterference } from '../persistence/entities.js';

/** Where results and logs of unattended runs go. Nothing here is served; the export gate alone takes from it. */
@Injectable()
export class Quarantine {
  constructor(@Inject(OBJECTS) private readonly objects: Objects) {}

  /**
   * @returns beside where the result lies its digest as the journal says it: keyed, since whoever could compare it with the digest of a guess
   * would read the result. The key stands in the log, which is sealed as the result is.
   */
  async put(
    run: CodeRunRow,
    data: AsyncIterable<Uint8Array>,
    made: {
      rows: number;
      columns: readonly string[];
      lineage: readonly ColumnLineage[];
      engine: string;
      interference: RunInterference | null;
      held?: readonly Readonly<Record<string, number>>[];
    },
    map?: AsyncIterable<Uint8Array>,
  ): Promise<StoredResult & { readonly keyed: KeyedDigest }> {
    const folder = resultFolder(run);
    const sealedBy = sealOf(run.scenarioId);
    const stored = await this.objects.put(`${folder}/result.parquet`, data, { sealedBy });
    const digestKey = randomBytes(32);
    const log = {
      runId: run.id,
      ...aboutRun(run),
      ...made,
      sha256: stored.sha256,
      bytes: stored.bytes,
      digestKey: digestKey.toString('hex'),
    };
    await this.objects.put(`${folder}/log.json`, Buffer.from(canonicalJson(log)), { sealedBy });
    if (map !== undefined) await this.objects.put(sealedMapOf(run).key, map, { sealedBy });
    const keyed = keyedDigest(digestKey, stored.sha256);
    return { objectKey: stored.key, objectVersion: stored.version, sha256: stored.sha256, bytes: stored.bytes, keyed };
  }

  /** A run that failed leaves its log and no result; one that was cut leaves nothing. */
  async clear(run: CodeRunRow): Promise<void> {
    const folder = resultFolder(run);
    await this.objects.destroy(folder);
    if (run.state !== 'failed') return;
    const log = { runId: run.id, ...aboutRun(run), state: run.state, cause: run.cause };
    await this.objects.put(`${folder}/log.json`, Buffer.from(canonicalJson(log)), { sealedBy: sealOf(run.scenarioId) });
  }
}

const aboutRun = (run: CodeRunRow) => ({
  type: 'opdomain.code-run.v1',
  scenarioId: run.scenarioId,
  submissionId: run.submissionId,
  codeDigest: run.codeDigest,
  mode: run.mode,
  copies: run.copies,
});
