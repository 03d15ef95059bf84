import { type Refusal, systemAct, type ActContext, type Clock, type Id } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { endsWork, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { CODERUNS_CONFIG, type CodeRunsConfig } from '../config.js';
import type { ColumnLineage } from '../contract.js';
import { resultLineage } from '../domain/code.js';
import { assertMayRunOnRaw, type RunCause } from '../domain/decisions.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import type { CodeRunRow, SubmissionRow } from '../persistence/entities.js';
import { SubmissionsRepository } from '../persistence/submissions.repository.js';
import { columnsByTable, InputGate, type ReadableInput } from './input-gate.js';
import { Quarantine, type StoredResult } from './quarantine.js';
import { SqlRunner } from './sql-runner.js';
import { runObject, underOf } from './subjects.js';
import { refuse } from '../domain/refusals.js';

interface Begun {
  readonly run: CodeRunRow;
  readonly submission: SubmissionRow;
  readonly inputs: readonly ReadableInput[];
}

/**
 * Carries out a queued run with nobody watching: begin → run → check → keep. Each transition asks upstream again; what was computed in
 * between is thrown away when the work may not go on. Safe to run twice.
 */
@Injectable()
export class RunExecution {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: CodeRunsRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly gate: InputGate,
    private readonly runner: SqlRunner,
    private readonly quarantine: Quarantine,
    @Inject(CODERUNS_CONFIG) private readonly config: CodeRunsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async carryOut(runId: Id, work: JobRun): Promise<void> {
    try {
      const begun = await this.begin(runId, this.act('code-run.started', work));
      if (begun === undefined) return;
      const { run, submission, inputs } = begun;
      await this.runner.run(
        submission.sql,
        inputs,
        run.mode === 'trial' ? this.config.trials : {},
        work,
        async ({ columns, rows, data }) => {
          if (!(await this.toChecking(runId, this.act('code-run.checking', work)))) return;
          if (columns.length === 0) throw refuse('coderuns.result-empty');
          const lineage = resultLineage(submission.derivations ?? undefined, columns, submission.inputs, columnsByTable(inputs));
          const stored = await this.quarantine.put(run, data(), { rows, columns, lineage, engine: this.runner.version });
          await this.keep(begun, { rows, lineage }, stored, this.act('code-run.succeeded', work));
        },
      );
    } catch (fault) {
      if (!endsWork(fault, work)) throw fault;
      return this.fail(runId, fault, this.act('code-run.failed', work));
    }
  }

  private act(action: string, { traceparent }: JobRun): ActContext {
    return systemAct('coderuns', action, this.clock.now(), traceparent);
  }

  private begin(runId: Id, act: ActContext): Promise<Begun | undefined> {
    return this.unitOfWork.run(act, async (tx) => {
      const { submission, inputs } = await this.allowed(tx, await this.runs.get(tx, runId));
      const run = await this.runs.lock(tx, runId);
      if (run.state === 'running' || run.state === 'checking') return { run, submission, inputs };
      if (run.state !== 'queued') return undefined;
      const copies = inputs.map(({ copyId, datasetId, as, file }) => ({ copyId, datasetId, as, sha256: file.sha256 }));
      const started = await this.runs.move(tx, run, { state: 'running', startedAt: act.at, engine: this.runner.version, copies });
      const details = { mode: run.mode, codeDigest: run.codeDigest, copies: copies.map(({ copyId }) => copyId) };
      await tx.record({ action: act.action, object: runObject(run), ...underOf(run), details });
      return { run: started, submission, inputs };
    });
  }

  /** The code is what was reviewed, and what it reads may be read now. Locks both (share). */
  private async allowed(tx: Tx, run: CodeRunRow): Promise<Pick<Begun, 'submission' | 'inputs'>> {
    const known = await this.submissions.get(tx, run.submissionId);
    const inputs = await this.gate[run.mode === 'production' ? 'raw' : 'sampled'](tx, run.scenarioId, known.inputs, tx.context.at);
    const submission = await this.submissions.lock(tx, known.id, 'share');
    if (run.mode === 'production') assertMayRunOnRaw(submission);
    if (submission.digest !== run.codeDigest) throw refuse('coderuns.code-changed');
    if (run.mode === 'production') assertGranted(submission, inputs);
    return { submission, inputs };
  }

  private toChecking(runId: Id, act: ActContext): Promise<boolean> {
    return this.unitOfWork.run(act, async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run.state === 'checking') return true;
      if (run.state !== 'running') return false;
      await this.runs.move(tx, run, { state: 'checking' });
      await tx.record({ action: act.action, object: runObject(run), ...underOf(run) });
      return true;
    });
  }

  private keep(
    { run: begun }: Begun,
    made: { rows: number; lineage: readonly ColumnLineage[] },
    stored: StoredResult,
    act: ActContext,
  ): Promise<void> {
    return this.unitOfWork.run(act, async (tx) => {
      await this.allowed(tx, begun);
      const run = await this.runs.lock(tx, begun.id);
      if (run.state !== 'checking') return;
      await this.runs.move(tx, run, { state: 'succeeded', finishedAt: act.at, ...made, ...stored });
      await tx.record({
        action: act.action,
        object: runObject(run),
        ...underOf(run),
        details: { sha256: stored.sha256, codeDigest: run.codeDigest, mode: run.mode },
      });
      if (run.mode === 'trial') return;
      const { id, scenarioId, authorisationId, unitId } = run;
      await tx.use({
        item: 'code-run',
        quantity: 1,
        sourceKind: 'code-run',
        sourceId: id,
        authorisationId,
        scenarioId,
        unitId,
        usedAt: act.at,
      });
    });
  }

  /** The typed cause stands with the run; the log with it goes into quarantine. */
  private async fail(runId: Id, fault: Refusal, act: ActContext): Promise<void> {
    const run = await this.unitOfWork.run(act, async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run.finishedAt !== null) return run;
      const cause = causeOf(run.mode === 'trial' ? ofTrial(fault) : fault);
      const failed = await this.runs.move(tx, run, { state: 'failed', cause, finishedAt: act.at });
      await tx.record({ action: act.action, object: runObject(run), ...underOf(run), reasons: [cause.code] });
      return failed;
    });
    if (run.state === 'failed' || run.state === 'cancelled') await this.quarantine.keepLogOnly(run);
  }
}

/** Every field that the result derives from is open today; a field that was closed since the review stops the run (REQ-02). */
function assertGranted(submission: SubmissionRow, inputs: readonly ReadableInput[]): void {
  const open = columnsByTable(inputs);
  const used = (submission.derivations ?? []).flatMap(({ sources }) => sources);
  const closed = used.filter(({ table, column }) => open.get(table)?.includes(column) !== true).map(({ column }) => column);
  if (closed.length > 0) throw refuse('coderuns.fields-not-granted', { fields: [...new Set(closed)] });
}

/** A trial's limits are its own: it says that they cut it, and which. */
function ofTrial(fault: Refusal): Refusal {
  const [, kind] = /^engine\.(time|memory|scratch|row)-limit$/.exec(fault.code) ?? [];
  return kind === undefined ? fault : refuse('coderuns.trial-limit', { kind });
}

function causeOf({ code, details }: Refusal): RunCause {
  const { kind, line, column, fields } = details;
  return {
    code,
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof line === 'number' ? { line } : {}),
    ...(typeof column === 'number' ? { column } : {}),
    ...(Array.isArray(fields) ? { fields: fields.map(String) } : {}),
  };
}
