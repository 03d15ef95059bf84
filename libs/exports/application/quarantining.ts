import { systemAct, type Clock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import type { JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { DigestKeys } from './digest-keys.js';
import { underOf } from './export-views.js';
import { ResultFiles } from './result-files.js';
import { RunResults } from './run-results.js';
import { checkJob } from '../domain/work.js';

/**
 * Has the file that may leave made, once: from the run's result, or from a blocked file by the repair that was accepted. From here on its
 * bytes do not change any more: what is checked, reviewed and downloaded is this object in this version.
 */
@Injectable()
export class Quarantining {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly results: RunResults,
    private readonly digestKeys: DigestKeys,
    private readonly made: ResultFiles,
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
    const { row, result, limit } = waiting;
    const { key, wrapped } = await this.digestKeys.of(row);
    const repair = row.repairs.find(({ round }) => round === row.round);
    const file = await (repair === undefined
      ? this.made.ofResult(row, result, limit, key, signal)
      : this.made.repaired(row, repair, key, signal));
    await this.unitOfWork.run(act(), async (tx) => {
      const now = await this.requests.lock(tx, id);
      if (now.state !== 'quarantined' || now.files.length > 0 || now.round !== row.round) return;
      await work.held(tx);
      const next = await this.requests.update(tx, now, { files: [file], digestKey: wrapped });
      const details = { files: [{ fileId: file.id, digest: file.digest }] };
      await tx.record({ action: 'export-request.quarantined', ...underOf(now), before: now, after: next, details });
      await tx.enqueue(checkJob, { key: id, unitId: now.unitId, scenarioId: now.scenarioId });
    });
  }
}
