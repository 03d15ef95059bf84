import { Standings } from '#identity';
import { type ChargeItem, type JobType, type Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import type { Scratch } from '#platform/engine';
import { RunScratch, type Attempt, type Made, type RunAct, type RunKind, type Said } from '#runs';
import { Injectable } from '@nestjs/common';
import type { desensitisationAuditActions } from '../domain/audit-actions.js';
import { assertGranted } from '../domain/decisions.js';
import { lossOf } from '../domain/anonymity/choice.js';
import type { Proof } from '../domain/evidence/examine.js';
import { refuse } from '../domain/refusals.js';
import { runJob } from '../domain/work.js';
import type { DesensitisationRunRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { CopyGate, type UsableCopy } from './copy-gate.js';
import { Anonymising } from './anonymising.js';
import { EngineNeeds } from './engine-needs.js';
import { Desensitising, rawFile, rawInput } from './desensitising.js';
import { PseudonymKeys, type RunKeys } from './pseudonym-keys.js';
import { SampleStore } from './sample-store.js';

interface Given {
  readonly copy: UsableCopy;
  readonly keys: RunKeys;
}

/** 脱敏任务: an approved plan over a delivered copy, its output a sample in dev. */
@Injectable()
export class DesensitisationRunKind implements RunKind<DesensitisationRunRow, UsableCopy, Given> {
  readonly context = 'desensitisation';
  readonly kind = 'desensitisation-run';
  readonly actions = {
    started: 'desensitisation-run.started',
    checking: 'desensitisation-run.checking',
    succeeded: 'desensitisation-run.succeeded',
    failed: 'desensitisation-run.failed',
    cancelled: 'desensitisation-run.cancelled',
    read: 'desensitisation-run.read',
  } as const satisfies Record<RunAct, keyof typeof desensitisationAuditActions>;
  readonly cut = refuse('desensitisation.cut');
  readonly told = ['kind', 'step', 'columns'] as const;

  constructor(
    readonly table: RunsRepository,
    private readonly plans: PlansRepository,
    private readonly gate: CopyGate,
    private readonly standings: Standings,
    private readonly scratch: RunScratch,
    private readonly anonymising: Anonymising,
    private readonly desensitising: Desensitising,
    private readonly pseudonymKeys: PseudonymKeys,
    private readonly store: SampleStore,
    private readonly needs: EngineNeeds,
  ) {}

  job = (): JobType => runJob;
  usage = (): ChargeItem => 'desensitisation';
  clear = (run: DesensitisationRunRow): Promise<void> => this.store.discard(run);

  /** The plan still stands as it was approved, and every field that it shows is still granted and consented to. */
  async allowed(tx: Tx, run: DesensitisationRunRow): Promise<UsableCopy> {
    const copy = await this.gate.usable(tx, run.copyId, tx.context.at);
    const plan = await this.plans.lock(tx, run.planId, 'share');
    if (plan.state !== 'approved' || plan.digest !== run.planDigest) throw refuse('desensitisation.plan-not-approved');
    if (plan.approvedBy !== null) await this.standings.assertNotLocked(tx, plan.approvedBy);
    assertGranted(run.planContent, await this.gate.grant(tx, copy, tx.context.at));
    return copy;
  }

  async start(tx: Tx, run: DesensitisationRunRow, copy: UsableCopy): Promise<Said<DesensitisationRunRow> & { readonly given: Given }> {
    const { purposes } = this.desensitising.compile(run.planContent, run.planColumns, { delivery: run.copyId, seed: '', order: run.id });
    const keys = await this.pseudonymKeys.forRun(tx, run, run.datasetId, purposes);
    const change = { engine: this.desensitising.version, keyVersions: keys.versions };
    return { given: { copy, keys }, change, details: { copyId: run.copyId, keyVersions: { ...keys.versions } } };
  }

  async make(run: DesensitisationRunRow, { copy, keys }: Given, attempt: Attempt): Promise<Made<DesensitisationRunRow>> {
    const { planContent, planColumns, planDigest } = run;
    const watch = {
      signal: attempt.signal,
      onProgress: (done: { step: number; steps: number }) => void attempt.progress({ ...done }).catch(() => undefined),
    };
    // Asked again, of the engine that does it: nothing of the copy is read where it would not end well.
    this.needs.assertFits(planContent, copy.size);
    const room = { least: this.needs.scratchFor(planContent, copy.size) };
    const work = async (scratch: Scratch): Promise<Made<DesensitisationRunRow>> => {
      await this.desensitising.assertStrata(scratch, copy, planContent, { signal: attempt.signal });
      const searched = { raw: rawInput(copy.columns), plan: planContent, schema: planColumns, seed: keys.seed, keys: keys.keys };
      const choice = await this.anonymising.choose(scratch, searched, attempt.signal);
      const draws = { delivery: run.copyId, seed: keys.seed, order: run.id };
      const compiled = this.desensitising.compile(planContent, planColumns, draws, choice);
      const output = await this.desensitising.make(scratch, copy, compiled, keys, watch);
      await attempt.checking();
      const examined = await this.desensitising.examine(scratch, copy, planContent, planColumns, compiled.columns, keys.seed, watch);
      const proof = choice === undefined ? examined : { ...examined, checks: [...examined.checks, ...lossOf(choice)] };
      if (!proof.passed) return { refusal: proofFailed(proof), change: { proof }, details: {} };
      const made = { engine: this.desensitising.version, keys };
      const stored = await this.store.put(run, this.desensitising.output(scratch), output, proof, made);
      const { rowsIn = 0 } = proof.checks.find((check) => check.check === 'sample')?.figures ?? {};
      const rows = { rowsIn, rowsOut: output.rows };
      return {
        change: { proof, lineage: output.columns, ...rows, ...stored },
        details: { ...rows, sha256: stored.sha256, planDigest, checks: proof.checks.length },
      };
    };
    return await this.scratch.with(rawFile(copy), work, room);
  }
}

const proofFailed = (proof: Proof): Refusal =>
  refuse('desensitisation.proof-failed', {
    columns: [...new Set(proof.checks.filter((check) => check.verdict !== 'pass').map((check) => check.column ?? check.check))],
  });
