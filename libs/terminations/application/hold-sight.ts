import { Authorisations, Scenarios } from '#authorisations';
import { Domains } from '#domains';
import { type Actor, assertSees, type Id, type Parties, Refusal, sees } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { LegalHold } from '../domain/legal-hold.js';
import { refuse } from '../domain/refusals.js';

type Target = LegalHold['target'];

/** Who may place, see and lift a hold: who reaches what it preserves. Another region's authority neither blocks a destruction nor lets one go on. */
@Injectable()
export class HoldSight {
  constructor(
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly domains: Domains,
  ) {}

  /** @throws Refusal `legal-hold.target-not-found` where there is nothing that the actor reaches. */
  async assertMayPlace(tx: Tx, target: Target): Promise<void> {
    if (!(await this.reaches(tx, tx.context.actor, target))) throw refuse('legal-hold.target-not-found', { ...target });
  }

  /** Of a whole unit, whoever lifts it must reach all that it preserves. @throws Refusal `legal-hold.not-found`. */
  async assertMayLift(tx: Tx, holdId: Id, target: Target): Promise<void> {
    for (const parties of await this.preserved(tx, target))
      assertSees(tx.context.actor, parties, tx.context.at, refuse('legal-hold.not-found', { id: holdId }));
  }

  async reaches(tx: Tx, actor: Actor, target: Target): Promise<boolean> {
    try {
      return (await this.preserved(tx, target)).some((parties) => sees(actor, parties, tx.context.at));
    } catch (fault) {
      if (fault instanceof Refusal && fault.code.endsWith('.not-found')) return false;
      throw fault;
    }
  }

  private async preserved(tx: Tx, { kind, id }: Target): Promise<readonly Parties[]> {
    switch (kind) {
      case 'authorisation':
        return [await this.authorisations.facts(tx, id)];
      case 'scenario':
        return [await this.scenarios.facts(tx, id)];
      case 'domain':
        return [await this.domains.facts(tx, { domainId: id }, 'none')];
      case 'unit':
        return this.authorisations.ofUnit(tx, id);
    }
  }
}
