import { CodeRuns } from '#coderuns';
import { Refusal, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { resultFile, type Lineage } from '../domain/lineage.js';
import { refuse } from '../domain/refusals.js';

/** A run's result as it lies in quarantine: Parquet, in the version that the run left. */
export interface RunResult {
  readonly runId: Id;
  readonly scenarioId: Id;
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly lineage: Lineage;
}

/** Where results come from. It is asked again before a release, since a review binds what it saw (EXP-06). */
@Injectable()
export class RunResults {
  constructor(private readonly runs: CodeRuns) {}

  /** Locks the run (share). @throws Refusal `export.result-not-ready` for a trial, an unfinished run or a destroyed result */
  async of(tx: Tx, runId: Id): Promise<RunResult> {
    const { id, scenarioId, objectKey, objectVersion, sealedBy, bytes, columns, ...origin } = await this.result(tx, runId);
    const lineage: Lineage = {
      runId: id,
      codeDigest: origin.codeDigest,
      copies: origin.copies.map(({ copyId, sha256 }) => ({ copyId, digest: sha256 })),
      files: [
        {
          file: resultFile,
          columns: origin.lineage.map(({ grouped, ...column }) => ({
            ...column,
            grouped: grouped === true,
            ...(origin.named.includes(column.column) ? { named: true as const } : {}),
          })),
        },
      ],
    };
    return { runId: id, scenarioId, objectKey, objectVersion, sealedBy, bytes, columns, lineage };
  }

  private async result(tx: Tx, runId: Id): ReturnType<CodeRuns['result']> {
    try {
      return await this.runs.result(tx, runId, 'share');
    } catch (error) {
      if (error instanceof Refusal && error.code === 'code-run.not-found') throw refuse('export.result-not-ready', { codeRunId: runId });
      throw error;
    }
  }
}
