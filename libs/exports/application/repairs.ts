import { Scenarios } from '#authorisations';
import { personOf, type ActContext, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { columnsOf, kindsOf, planRepair } from '../domain/repair.js';
import { refuse } from '../domain/refusals.js';
import { quarantineJob } from '../domain/work.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { requestView, underOf, type RequestAnswer } from './export-views.js';
import { Standing } from './standing.js';

/** The requester takes what the gate offers: the platform mends the table and checks it again. */
@Injectable()
export class Repairs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly standing: Standing,
    private readonly scenarios: Scenarios,
  ) {}

  /** @throws Refusal `export.not-the-requester`, `export.not-blocked`, `export.no-repair`, and what keeps the scenario closed */
  accept(ctx: ActContext, id: Id): Promise<RequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.requests.lock(tx, id);
      this.standing.assertSees(ctx, row);
      if (personOf(ctx.actor).personId !== row.requesterId) throw refuse('export.not-the-requester', { id });
      const [from] = row.files;
      const round = row.state === 'blocked' ? await this.requests.round(tx, id, row.round) : undefined;
      if (round === undefined || from === undefined) throw refuse('export.not-blocked', { id, state: row.state });
      await this.scenarios.assertOperating(tx, row.scenarioId, ctx.at);
      const plan = planRepair({
        id,
        checks: round.checks,
        columns: columnsOf(row, from.name),
        before: row.repairs.map((repair) => repair.plan),
        base: round.policy.smallCell,
      });
      const next = await this.requests.move(tx, row, {
        state: 'quarantined',
        round: row.round + 1,
        files: [],
        repairs: [...row.repairs, { round: row.round + 1, plan, from }],
        binding: null,
        bindingDigest: null,
        volume: null,
      });
      const details = { round: next.round, kinds: [...kindsOf(plan)] };
      await tx.record({ action: 'export-request.repair-accepted', ...underOf(row), before: row, after: next, details });
      await tx.enqueue(quarantineJob, { key: id, unitId: row.unitId, scenarioId: row.scenarioId });
      return requestView(next);
    });
  }
}
