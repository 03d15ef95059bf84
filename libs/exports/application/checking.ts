import { canonicalJson, newId, systemAct, type Clock, type Id } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects } from '#platform/objects';
import type { JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { runGate, type GateOutcome } from '../domain/gate.js';
import { bindingDigest, bindingOf } from '../domain/review-binding.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { GateMeasures, type GateMeasured, type GateOrder } from './gate-measures.js';
import { previewOf, scenarioKey } from './places.js';
import { checkJob } from '../domain/work.js';

/** Runs the gate on a request: begin, measure outside any transaction, decide and save in one. */
@Injectable()
export class Checking {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly measures: GateMeasures,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Safe to run twice: a request that is not waiting for its checks is left alone. */
  async run(work: Pick<JobRun, 'key' | 'signal' | 'traceparent' | 'held'>): Promise<void> {
    const { key: id, signal, traceparent } = work;
    const order = await this.unitOfWork.run(systemAct('exports', 'export-request.check-begun', this.clock.now(), traceparent), (tx) =>
      this.begin(tx, id),
    );
    if (order === undefined) return;
    const measured = await this.measures.measure(order, signal);
    const preview = await this.savePreview(order, measured);
    const outcome = runGate(measured.facts);
    await this.unitOfWork.run(systemAct('exports', 'export-request.checked', this.clock.now(), traceparent), (tx) =>
      this.finish(tx, work, order, measured, outcome, preview),
    );
  }

  private async begin(tx: Tx, id: Id): Promise<GateOrder | undefined> {
    const row = await this.requests.lock(tx, id);
    if ((row.state !== 'quarantined' && row.state !== 'checking') || row.files.length === 0) return undefined;
    if (row.state === 'checking') return this.measures.order(tx, row);
    const next = await this.requests.move(tx, row, { state: 'checking' });
    await tx.record({ action: 'export-request.check-begun', ...underOf(row), before: row, after: next });
    return this.measures.order(tx, next);
  }

  /** It holds values that many rows share, so it is encrypted like the files and not kept in the database. */
  private savePreview(order: GateOrder, measured: GateMeasured): Promise<{ key: string; version: string }> {
    const { request } = order;
    const bytes = Buffer.from(canonicalJson(measured.previews));
    return this.objects.put(previewOf(request), bytes, {
      sealedBy: scenarioKey(request.scenarioId),
    });
  }

  private async finish(
    tx: Tx,
    work: Pick<JobRun, 'held'>,
    order: GateOrder,
    measured: GateMeasured,
    outcome: GateOutcome,
    preview: { key: string; version: string },
  ): Promise<void> {
    const row = await this.requests.lock(tx, order.request.id);
    if (row.state !== 'checking' || row.round !== order.request.round) return;
    await work.held(tx);
    const binding = bindingOf(row.files, order.policy, row.lineage);
    if (binding.policy !== bindingOf(row.files, await this.policies.current(tx), row.lineage).policy) {
      // The rules changed while the checks ran: what they measured counts no longer.
      await tx.record({ action: 'export-request.review-voided', ...underOf(row), reasons: ['policy'] });
      await this.requests.update(tx, row, { round: row.round + 1 });
      await tx.enqueue(checkJob, { key: row.id, unitId: row.unitId, scenarioId: row.scenarioId });
      return;
    }
    const { answer, checks } = outcome;
    const round = { id: newId(), requestId: row.id, round: row.round, answer, policy: order.policy, checks };
    await this.requests.addRound(tx, { ...round, previewKey: preview.key, previewVersion: preview.version, checkedAt: tx.context.at });
    const rows = measured.facts.files.reduce((sum, { reading }) => sum + (reading.as === 'table' ? reading.table.shape.rows : 0), 0);
    const volume = { bytes: row.files.reduce((sum, file) => sum + file.bytes, 0), rows };
    const state = answer === 'veto' ? 'blocked' : 'in-review';
    const next = await this.requests.move(tx, row, { state, binding, bindingDigest: bindingDigest(binding), volume });
    const answers = Object.fromEntries(checks.map((check) => [check.check, check.answer]));
    await tx.record({
      action: 'export-request.checked',
      ...underOf(row),
      before: row,
      after: next,
      details: { round: row.round, answers },
    });
    const vetoes = checks.filter((check) => check.answer === 'veto').map((check) => check.check);
    if (vetoes.length > 0) await tx.record({ action: 'export-request.vetoed', ...underOf(row), reasons: vetoes });
  }
}
