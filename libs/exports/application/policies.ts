import { scenarioNotFound, Scenarios } from '#authorisations';
import { assertSees, belongsTo, newId, personOf, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page, type PageRequest } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ExportBudgetView, ExportPolicyView, SetExportBudget, SetExportPolicy } from '../contract.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { budgetView, policyView } from './export-views.js';
import { Voiding } from './voiding.js';
import { refuse } from '../domain/refusals.js';

/** The gate's figures, and the budget that the authority gives a scenario. */
@Injectable()
export class Policies {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly policies: PoliciesRepository,
    private readonly requests: RequestsRepository,
    private readonly scenarios: Scenarios,
    private readonly voiding: Voiding,
  ) {}

  /** Voids every review that stands on the old policy (EXP-06). @throws Refusal `export.policy-version-taken` */
  set(ctx: ActContext, input: z.output<typeof SetExportPolicy>): Promise<z.input<typeof ExportPolicyView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const before = await this.policies.current(tx);
      if (before.version === input.policy.version) throw refuse('export.policy-version-taken', { version: before.version });
      const { policy, reason } = input;
      const row = await this.policies.set(tx, { id: newId(), setAt: ctx.at, setBy: personOf(ctx.actor).personId, reason, policy });
      await tx.record({
        action: 'export-policy.set',
        object: { kind: 'export-policy', id: row.id },
        before,
        after: policy,
        details: { version: policy.version },
      });
      for (const { id } of await this.requests.underReview(tx)) {
        const request = await this.requests.lock(tx, id);
        if (request.state === 'in-review' || request.state === 'approved') await this.voiding.void(tx, request, ['policy']);
      }
      return policyView(row);
    });
  }

  list(ctx: ActContext, request: PageRequest): Promise<Page<z.input<typeof ExportPolicyView>>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.policies.page(tx, request);
      return { items: page.items.map(policyView), next: page.next };
    });
  }

  setBudget(ctx: ActContext, scenarioId: Id, input: z.output<typeof SetExportBudget>): Promise<z.input<typeof ExportBudgetView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const scenario = await this.scenarios.facts(tx, scenarioId, 'share');
      assertSees(ctx.actor, scenario, ctx.at, scenarioNotFound(scenarioId));
      const { unitId, authorityId, authorisationId } = scenario;
      const { personId } = personOf(ctx.actor);
      if (belongsTo(ctx.actor, unitId)) throw refuse('export.reviewer-not-independent', { because: 'unit' });
      const row = await this.policies.setBudget(tx, {
        id: newId(),
        setAt: ctx.at,
        unitId,
        authorityId,
        authorisationId,
        scenarioId,
        ...input,
        setBy: personId,
      });
      await tx.record({
        action: 'export-budget.set',
        object: { kind: 'export-budget', id: row.id },
        unitId,
        authorisationId,
        scenarioId,
        after: row,
        details: { bytes: row.bytes, rows: row.rows },
      });
      return budgetView(row);
    });
  }
}
