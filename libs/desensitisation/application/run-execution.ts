import { type Refusal, systemAct, type ActContext, type Clock, type Id } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { causeRefused } from '#platform/engine';
import { CLOCK } from '#platform/http';
import { endsWork, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { assertGranted, type RunCause } from '../domain/decisions.js';
import type { Proof } from '../domain/evidence/examine.js';
import type { RunRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { runObject, underOf } from './belonging.js';
import { CopyGate, type UsableCopy } from './copy-gate.js';
import { CopyReading } from './copy-reading.js';
import { Desensitising, type Desensitised } from './desensitising.js';
import { PseudonymKeys, type RunKeys } from './pseudonym-keys.js';
import { SampleStore, type StoredSample } from './sample-store.js';
import { refuse } from '../domain/refusals.js';

interface Begun {
  readonly run: RunRow;
  readonly copy: UsableCopy;
  readonly keys: RunKeys;
}

/**
 * Carries out a queued run: begin → make → examine → publish. Each transition is one transaction that asks again whether the work may go
 * on; what is computed between them is thrown away when it may not. Safe to run twice: nothing is seen before `succeeded` is committed.
 */
@Injectable()
export class RunExecution {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunsRepository,
    private readonly plans: PlansRepository,
    private readonly gate: CopyGate,
    private readonly reading: CopyReading,
    private readonly desensitising: Desensitising,
    private readonly pseudonymKeys: PseudonymKeys,
    private readonly store: SampleStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async carryOut(runId: Id, work: JobRun): Promise<void> {
    try {
      const begun = await this.begin(runId, this.act('desensitisation-run.started', work));
      if (begun === undefined) return;
      await this.reading.with(begun.copy, async (scratch) => {
        const { run, copy, keys } = begun;
        const watch = {
          signal: work.signal,
          onProgress: (done: { step: number; steps: number }) => void work.progress({ ...done }).catch(() => undefined),
        };
        const compiled = this.desensitising.compile(run.planContent, run.planColumns, keys.seed, run.id);
        const output = await this.desensitising.make(scratch, copy, compiled, keys, watch);
        if ('cause' in output) throw causeRefused(output.cause);
        if (!(await this.toChecking(runId, this.act('desensitisation-run.checking', work)))) return;
        const proof = await this.desensitising.examine(scratch, copy, run.planContent, run.planColumns, compiled.columns, keys.seed, watch);
        if ('cause' in proof) throw causeRefused(proof.cause);
        if (!proof.made.passed) return this.fail(runId, failedProof(proof.made), this.act('desensitisation-run.failed', work), proof.made);
        const stored = await this.store.put(run, this.desensitising.output(scratch), output.made, proof.made, {
          engine: this.desensitising.version,
          keys,
        });
        await this.publish(begun, output.made, proof.made, stored, this.act('desensitisation-run.succeeded', work));
      });
    } catch (fault) {
      if (!endsWork(fault, work)) throw fault;
      return this.fail(runId, causeOf(fault), this.act('desensitisation-run.failed', work));
    }
  }

  private act(action: string, { traceparent }: JobRun): ActContext {
    return systemAct('desensitisation', action, this.clock.now(), traceparent);
  }

  private begin(runId: Id, act: ActContext): Promise<Begun | undefined> {
    return this.unitOfWork.run(act, async (tx) => {
      const { copyId } = await this.runs.get(tx, runId);
      const copy = await this.gate.usable(tx, copyId, act.at);
      const run = await this.runs.lock(tx, runId);
      if (run.state !== 'queued' && run.state !== 'running' && run.state !== 'checking') return undefined;
      await this.assertStillAllowed(tx, run, copy);
      const purposes = this.desensitising.compile(run.planContent, run.planColumns, '', run.id).purposes;
      const keys = await this.pseudonymKeys.forRun(tx, run, run.copyId, purposes);
      if (run.state !== 'queued') return { run, copy, keys };
      const started = await this.runs.move(tx, run, {
        state: 'running',
        startedAt: act.at,
        engine: this.desensitising.version,
        keyVersions: keys.versions,
      });
      await tx.record({
        action: act.action,
        object: runObject(run),
        ...underOf(run),
        details: { copyId: run.copyId, keyVersions: { ...keys.versions } },
      });
      return { run: started, copy, keys };
    });
  }

  /** The plan still stands as it was approved, and every field that it shows is still granted and consented to. */
  private async assertStillAllowed(tx: Tx, run: RunRow, copy: UsableCopy): Promise<void> {
    const plan = await this.plans.lock(tx, run.planId, 'share');
    if (plan.state !== 'approved' || plan.digest !== run.planDigest) throw refuse('desensitisation.plan-not-approved');
    assertGranted(run.planContent, await this.gate.grant(tx, copy, tx.context.at));
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

  private publish({ copy }: Begun, output: Desensitised, proof: Proof, stored: StoredSample, act: ActContext): Promise<void> {
    return this.unitOfWork.run(act, async (tx) => {
      await this.gate.usable(tx, copy.copyId, act.at);
      const run = await this.runs.lock(tx, stored.runId);
      if (run.state !== 'checking') return;
      await this.assertStillAllowed(tx, run, copy);
      const { rowsIn = 0 } = proof.checks.find((check) => check.check === 'sample')?.figures ?? {};
      await this.runs.move(tx, run, {
        state: 'succeeded',
        finishedAt: act.at,
        proof,
        lineage: output.columns,
        rowsIn,
        rowsOut: output.rows,
        objectKey: stored.objectKey,
        objectVersion: stored.objectVersion,
        sha256: stored.sha256,
        bytes: stored.bytes,
      });
      const details = { rowsIn, rowsOut: output.rows, sha256: stored.sha256, planDigest: run.planDigest, checks: proof.checks.length };
      await tx.record({ action: act.action, object: runObject(run), ...underOf(run), details });
      const { id: runId, scenarioId, authorisationId, unitId } = run;
      await tx.use({
        item: 'desensitisation',
        quantity: 1,
        sourceKind: 'desensitisation-run',
        sourceId: runId,
        authorisationId,
        scenarioId,
        unitId,
        usedAt: act.at,
      });
    });
  }

  /** Ends the run as failed and takes away what it may have stored already. */
  private async fail(runId: Id, cause: RunCause, act: ActContext, proof?: Proof): Promise<void> {
    const run = await this.unitOfWork.run(act, async (tx) => {
      const run = await this.runs.lock(tx, runId);
      if (run.finishedAt !== null) return run;
      const failed = await this.runs.move(tx, run, {
        state: 'failed',
        cause,
        finishedAt: act.at,
        ...(proof === undefined ? {} : { proof }),
      });
      const details = cause.columns === undefined ? {} : { columns: [...cause.columns] };
      await tx.record({ action: act.action, object: runObject(run), ...underOf(run), reasons: [cause.code], details });
      return failed;
    });
    if (run.state === 'failed' || run.state === 'cancelled') await this.store.discard(run);
  }
}

const failedProof = (proof: Proof): RunCause => ({
  code: 'desensitisation.proof-failed',
  columns: [...new Set(proof.checks.filter((check) => check.verdict !== 'pass').map((check) => check.column ?? check.check))],
});

function causeOf({ code, details }: Refusal): RunCause {
  const { kind, step, columns } = details;
  return {
    code,
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof step === 'number' ? { step } : {}),
    ...(Array.isArray(columns) ? { columns: columns.map(String) } : {}),
  };
}
