import type { Digest, Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';

/** A desensitised sample on which code is tried. */
export interface SampleInDev {
  readonly runId: Id;
  readonly copyId: Id;
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  readonly sha256: Digest;
  readonly bytes: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface Row extends Omit<SampleInDev, 'bytes'> {
  readonly bytes: string;
}

/** Reads `desensitisation.v_samples`, the view that its context publishes: the two contexts know nothing else of one another. */
@Injectable()
export class SamplesInDevRepository {
  /** The newest sample of a copy in a scenario. */
  async newest(tx: Tx, scenarioId: Id, copyId: Id): Promise<SampleInDev | undefined> {
    const rows: Row[] = await managerOf(tx).query(
      `SELECT run_id AS "runId", copy_id AS "copyId", object_key AS "objectKey", object_version AS "objectVersion", sealed_by AS "sealedBy",
         sha256, bytes, columns FROM desensitisation.v_samples WHERE scenario_id = $1 AND copy_id = $2 ORDER BY published_at DESC LIMIT 1`,
      [scenarioId, copyId],
    );
    const row = rows[0];
    return row === undefined ? undefined : { ...row, bytes: Number(row.bytes) };
  }
}
