import { newId, systemAct, type Clock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { ENGINE, SCRATCH, type Engine, type ScratchArea } from '#platform/engine';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects, type StoredObject } from '#platform/objects';
import type { JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { resultFile } from '../domain/lineage.js';
import type { ExportRequestRow, QuarantinedFile } from '../persistence/entities.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { quarantineOf, scenarioKey } from './places.js';
import { RunResults, type RunResult } from './run-results.js';
import { checkJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

const leastScratch = 64 * 1024 * 1024;

/**
 * Makes the file that may leave, once, from the run's result: a table as CSV (RFC 4180, UTF-8), which the gate can read row by row. From
 * here on its bytes do not change any more: what is checked, reviewed and downloaded is this object in this version.
 */
@Injectable()
export class Quarantining {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly results: RunResults,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(SCRATCH) private readonly area: ScratchArea,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Safe to run twice: a request that has its file is left alone. */
  async run(work: Pick<JobRun, 'key' | 'signal' | 'traceparent' | 'held'>): Promise<void> {
    const { key: id, signal, traceparent } = work;
    const act = () => systemAct('exports', 'export-request.quarantined', this.clock.now(), traceparent);
    const waiting = await this.unitOfWork.run(act(), async (tx) => {
      const row = await this.requests.lock(tx, id, 'share');
      if (row.state !== 'quarantined' || row.files.length > 0) return undefined;
      return { row, result: await this.results.of(tx, row.runId), limit: (await this.policies.current(tx)).maximumFileBytes };
    });
    if (waiting === undefined) return;
    const stored = await this.asCsv(waiting.row, waiting.result, waiting.limit, signal);
    await this.unitOfWork.run(act(), async (tx) => {
      const row = await this.requests.lock(tx, id);
      if (row.state !== 'quarantined' || row.files.length > 0) return;
      await work.held(tx);
      const files = [fileOf(row, stored)];
      const next = await this.requests.update(tx, row, { files });
      const details = { files: files.map(({ id: fileId, bytes, digest }) => ({ fileId, bytes, digest })) };
      await tx.record({ action: 'export-request.quarantined', ...underOf(row), before: row, after: next, details });
      await tx.enqueue(checkJob, { key: id, unitId: row.unitId, scenarioId: row.scenarioId });
    });
  }

  private async asCsv(row: ExportRequestRow, result: RunResult, limit: number, signal: AbortSignal): Promise<StoredObject> {
    const wanted = leastScratch + result.bytes + 2 * limit;
    await using scratch = this.area.allocate(Math.min(wanted, this.engine.limits.scratchBytes));
    const { objectKey, objectVersion, sealedBy } = result;
    await scratch.write('result.parquet', await this.objects.get(objectKey, { sealedBy, version: objectVersion }));
    const columns = result.columns.map((name) => ({ name, type: 'VARCHAR' }));
    const outcome = await this.engine.run(
      {
        scratch,
        inputs: [{ name: 'result', file: 'result.parquet', format: 'parquet', columns, access: 'view' }],
        steps: [{ kind: 'sql', sql: 'SELECT * FROM result', result: { file: 'result.csv', format: 'csv' } }],
      },
      { signal },
    );
    if (!outcome.ok) throw refuse('export.measuring-failed', { cause: outcome.cause.code });
    return await this.objects.put(`${quarantineOf(row)}/${resultFile}`, scratch.read('result.csv'), {
      sealedBy: scenarioKey(row.scenarioId),
    });
  }
}

const fileOf = (row: ExportRequestRow, stored: StoredObject): QuarantinedFile => ({
  id: newId(),
  name: resultFile,
  bytes: stored.bytes,
  digest: stored.sha256,
  objectKey: stored.key,
  objectVersion: stored.version,
  sealedBy: scenarioKey(row.scenarioId),
  ...(row.declaration === null ? {} : { declaration: row.declaration }),
});
