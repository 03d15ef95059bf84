import { People, organisationsAt } from '#identity';
import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { refuse } from '../domain/refusals.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';

/** The people a unit named as responsible: principal and data-security lead (PERS-06, PERS-07). */
@Injectable()
export class ResponsiblePeople {
  constructor(private readonly people: People) {}

  /** @throws Refusal `authorisation.responsible-not-of-unit` for someone who is not of the unit today. */
  async assertOfUnit(tx: Tx, row: AuthorisationRow): Promise<void> {
    if (!row.responsible) return;
    for (const personId of [row.responsible.principalId, row.responsible.securityLeadId])
      if (!(await this.isOf(tx, personId, row.unitId))) throw refuse('authorisation.responsible-not-of-unit', { personId });
  }

  async securityLeadServes(tx: Tx, row: AuthorisationRow): Promise<boolean> {
    return row.responsible !== null && this.isOf(tx, row.responsible.securityLeadId, row.unitId);
  }

  private async isOf(tx: Tx, personId: Id, unitId: Id): Promise<boolean> {
    return organisationsAt(await this.people.facts(tx, personId, 'share'), tx.context.at).includes(unitId);
  }
}
