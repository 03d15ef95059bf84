import { grantShrunk } from '../contract.js';
import { assertSees } from '#identity';
import { type ActContext, type Id, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { assertUnit, assertUnitOrAuthority } from '../domain/acting.js';
import { checkConsent } from '../domain/consent.js';
import { refuse } from '../domain/refusals.js';
import type { ConsentView, RegisterConsent } from '../domain/messages/data-requests.messages.js';
import type { ConsentRow, ScenarioRow } from '../persistence/request.entities.js';
import { ConsentsRepository, ScenariosRepository } from '../persistence/scenarios.repository.js';

type ConsentAnswer = z.input<typeof ConsentView>;

/** References to consents that the platform's user-authorisation service keeps (ACC-03, REQ-08). */
@Injectable()
export class ConsentActs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: ConsentsRepository,
    private readonly scenarios: ScenariosRepository,
  ) {}

  register(ctx: ActContext, input: z.output<typeof RegisterConsent>): Promise<ConsentAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const scenario = await this.scenarios.lock(tx, input.scenarioId, 'share');
      assertSees(ctx.actor, scenario, ctx.at, refuse('scenario.not-found', { id: scenario.id }));
      assertUnit(ctx.actor, scenario.unitId);
      checkConsent(input);
      const row = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        unitId: scenario.unitId,
        ...input,
        withdrawnAt: null,
      });
      await this.record(tx, row, scenario);
      return view(row);
    });
  }

  /** From this moment the consent covers nothing; every run asks again. */
  withdraw(ctx: ActContext, id: Id): Promise<ConsentAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      const scenario = await this.scenarios.get(tx, row.scenarioId);
      assertSees(ctx.actor, scenario, ctx.at, refuse('consent.not-found', { id }));
      assertUnitOrAuthority(ctx.actor, scenario.authorityId, scenario.unitId);
      if (row.withdrawnAt !== null) throw refuse('consent.withdrawn', { since: row.withdrawnAt });
      const next = await this.repository.update(tx, row, { withdrawnAt: ctx.at });
      await this.record(tx, next, scenario);
      const { id: scenarioId, authorisationId, unitId } = scenario;
      await tx.publish(grantShrunk, row.id, { scenarioId, authorisationId, unitId });
      return view(next);
    });
  }

  private async record(tx: Tx, row: ConsentRow, scenario: ScenarioRow): Promise<void> {
    const { unitId, authorisationId, id: scenarioId } = scenario;
    await tx.record({
      action: tx.context.action,
      object: { kind: 'consent', id: row.id },
      unitId,
      authorisationId,
      scenarioId,
      after: row,
    });
  }
}

/** Without the subject: who may see the request need not see whose consent it is. */
const view = (row: ConsentRow): ConsentAnswer => {
  const { id, version, scenarioId, service, reference, items, purpose, expiresOn, withdrawnAt } = row;
  return { id, version, scenarioId, service, reference, items: [...items], purpose, expiresOn, withdrawnAt };
};
