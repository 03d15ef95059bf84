import { systemAct, type ActContext, type Clock, type Id, type Refusal, sqlName } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { causeRefused, ENGINE, type Engine } from '#platform/engine';
import { CLOCK } from '#platform/http';
import { endsWork, type JobRun } from '#platform/queue';
import { RunScratch } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import type { SchemaColumn } from '../contract.js';
import type { ColumnSample } from '../domain/classify-column.js';
import { planDigest } from '../domain/decisions.js';
import { proposePlan, type Proposal } from '../domain/propose-plan.js';
import { plainColumn } from '../domain/stored-columns.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { planObject, underOf } from './belonging.js';
import { CopyGate, type UsableCopy } from './copy-gate.js';
import { rawFile, rawInput } from './desensitising.js';

/** One try of the queued work. */
type Attempt = Pick<JobRun, 'signal' | 'held' | 'traceparent'>;

/** Rows that detection looks at; drawn evenly, the same ones each time. */
const looked = 2000;

/** Looks at some values of a copy and proposes a plan. The values stay in the memory of this process and end with the call. */
@Injectable()
export class Proposals {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly gate: CopyGate,
    private readonly scratch: RunScratch,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes the draft of a plan that is `proposing`; does nothing for any other. Safe to run twice. */
  async make(planId: Id, work: Attempt): Promise<void> {
    const act = (action: string) => systemAct('desensitisation', action, this.clock.now(), work.traceparent);
    try {
      const copy = await this.unitOfWork.run(act('desensitisation-plan.read'), async (tx) => {
        const plan = await this.plans.get(tx, planId);
        return plan.state === 'proposing' ? this.gate.usable(tx, plan.copyId, tx.context.at) : undefined;
      });
      if (copy !== undefined) await this.draft(planId, await this.propose(copy, work), act('desensitisation-plan.proposed'), work);
    } catch (fault) {
      if (!endsWork(fault, work)) throw fault;
      await this.unitOfWork.run(act('desensitisation-plan.proposal-failed'), async (tx) => {
        await this.failIn(tx, planId, fault);
        await work.held(tx);
      });
    }
  }

  private draft(planId: Id, { copyId, proposal, columns }: Drawn, act: ActContext, work: Attempt): Promise<void> {
    return this.unitOfWork.run(act, async (tx) => {
      await this.gate.usable(tx, copyId, act.at);
      const plan = await this.plans.lock(tx, planId);
      if (plan.state !== 'proposing') return;
      await work.held(tx);
      const digest = planDigest(proposal.plan, columns);
      await this.plans.move(tx, plan, {
        state: 'draft',
        revision: 1,
        content: proposal.plan,
        digest,
        columns,
        findings: proposal.findings,
      });
      const sensitive = proposal.findings.filter((finding) => finding.type !== 'none').length;
      const details = { revision: 1, digest, sensitive };
      await tx.record({ action: act.action, object: planObject(plan), ...underOf(plan), after: proposal.plan, details });
    });
  }

  /** Fails a plan that is `proposing`, in the caller's transaction; does nothing for any other. */
  async failIn(tx: Tx, planId: Id, { code }: Refusal): Promise<void> {
    const plan = await this.plans.lock(tx, planId);
    if (plan.state !== 'proposing') return;
    await this.plans.move(tx, plan, { state: 'failed', cause: code });
    await tx.record({ action: 'desensitisation-plan.proposal-failed', object: planObject(plan), ...underOf(plan), reasons: [code] });
  }

  /** Looks at a few values; only types, shares and counts of them go any further. */
  private propose(copy: UsableCopy, { signal }: Attempt): Promise<Drawn> {
    return this.scratch.with(rawFile(copy), async (scratch) => {
      const values = copy.columns.map(({ name }) => `CAST(${sqlName(name)} AS VARCHAR)`).join(', ');
      const sql = `SELECT ${values} FROM raw USING SAMPLE reservoir(${String(looked)} ROWS) REPEATABLE (1)`;
      const outcome = await this.engine.run(
        { scratch, inputs: [rawInput(copy.columns)], steps: [{ kind: 'sql', sql, result: { rows: looked } }] },
        { signal },
      );
      if (!outcome.ok) throw causeRefused(outcome.cause);
      const step = outcome.steps[0];
      const rows = step?.kind === 'rows' ? step.rows : [];
      const samples = copy.columns.map((column, i): ColumnSample => {
        const declared = copy.declared.get(column.name);
        return {
          ...plainColumn(column),
          values: rows.flatMap((row) => (typeof row[i] === 'string' ? [row[i]] : [])),
          ...(declared?.type == null ? {} : { declared: declared.type }),
          ...(declared?.grade == null ? {} : { grade: declared.grade }),
        };
      });
      return { copyId: copy.copyId, proposal: proposePlan(samples), columns: copy.columns.map(plainColumn) };
    });
  }
}

interface Drawn {
  readonly copyId: Id;
  readonly proposal: Proposal;
  readonly columns: readonly SchemaColumn[];
}
