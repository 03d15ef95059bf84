import { Refusal, systemAct, type ActContext, type Clock, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { causeRefused, ENGINE, type Engine } from '#platform/engine';
import { CLOCK } from '#platform/http';
import { endsWork, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import type { SchemaColumn } from '../contract.js';
import type { ColumnSample } from '../domain/classify-column.js';
import { planDigest } from '../domain/decisions.js';
import { proposePlan, type Proposal } from '../domain/propose-plan.js';
import { plainColumn } from '../domain/stored-columns.js';
import { sqlName } from '../domain/techniques/patterns.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { planObject, underOf } from './belonging.js';
import { CopyGate, type UsableCopy } from './copy-gate.js';
import { CopyReading, rawInput } from './copy-reading.js';

/** One try of the queued work. */
type Attempt = Pick<JobRun, 'signal' | 'lastAttempt' | 'traceparent'>;

/** Rows that detection looks at; drawn evenly, the same ones each time. */
const looked = 2000;

/** Looks at some values of a copy and proposes a plan. The values stay in the memory of this process and end with the call. */
@Injectable()
export class Proposals {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly gate: CopyGate,
    private readonly reading: CopyReading,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Makes the draft of a plan that is `proposing`; does nothing for any other. Safe to run twice. */
  async make(planId: Id, work: Attempt): Promise<void> {
    const act = (action: string) => systemAct('desensitisation', action, this.clock.now(), work.traceparent);
    const reading = act('desensitisation-plan.read');
    const copy = await this.unitOfWork.run(reading, async (tx) => {
      const plan = await this.plans.get(tx, planId);
      return plan.state === 'proposing' ? this.gate.usable(tx, plan.copyId, reading.at).catch(asRefusal) : undefined;
    });
    if (copy === undefined) return;
    const made = copy instanceof Refusal ? copy : await this.propose(copy, work);
    await (made instanceof Refusal
      ? this.fail(planId, made, act('desensitisation-plan.proposal-failed'))
      : this.draft(planId, made, act('desensitisation-plan.proposed')));
  }

  private draft(planId: Id, { proposal, columns }: Drawn, act: ActContext): Promise<void> {
    return this.unitOfWork.run(act, async (tx) => {
      const plan = await this.plans.lock(tx, planId);
      if (plan.state !== 'proposing') return;
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

  private fail(planId: Id, { code }: Refusal, act: ActContext): Promise<void> {
    return this.unitOfWork.run(act, async (tx) => {
      const plan = await this.plans.lock(tx, planId);
      if (plan.state !== 'proposing') return;
      await this.plans.move(tx, plan, { state: 'failed', cause: code });
      await tx.record({ action: act.action, object: planObject(plan), ...underOf(plan), reasons: [code] });
    });
  }

  /** Looks at a few values; only types, shares and counts of them go any further. */
  private propose(copy: UsableCopy, work: Attempt): Promise<Drawn | Refusal> {
    return this.reading.with(copy, async (scratch) => {
      const values = copy.columns.map(({ name }) => `CAST(${sqlName(name)} AS VARCHAR)`).join(', ');
      const sql = `SELECT ${values} FROM raw USING SAMPLE reservoir(${String(looked)} ROWS) REPEATABLE (1)`;
      const outcome = await this.engine.run(
        { scratch, inputs: [rawInput(copy.columns)], steps: [{ kind: 'sql', sql, result: { rows: looked } }] },
        { signal: work.signal },
      );
      if (!outcome.ok) {
        const fault: Error = causeRefused(outcome.cause);
        if (!endsWork(fault, work)) throw fault;
        return fault;
      }
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
      return { proposal: proposePlan(samples), columns: copy.columns.map(plainColumn) };
    });
  }
}

interface Drawn {
  readonly proposal: Proposal;
  readonly columns: readonly SchemaColumn[];
}

function asRefusal(fault: unknown): Refusal {
  if (fault instanceof Refusal) return fault;
  throw fault;
}
