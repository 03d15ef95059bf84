import { newId, systemAct, type Clock, type Id, type PermissionScope, type Role } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import type { FirstPeople } from '../domain/first-people.js';
import type { OrganisationKind } from '../domain/organisation.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { RoleProposalsRepository } from '../persistence/role-proposals.repository.js';

/** Makes the people whom nobody could have proposed and confirmed: once in the life of an installation, and never again. */
@Injectable()
export class Bootstrap {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    private readonly proposals: RoleProposalsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws Refusal `identity.already-bootstrapped`, also where two begin at once; `identity.subject-taken`, `organisation.code-taken`. */
  run(issuer: string, { organisation, administrators, authority }: FirstPeople): Promise<void> {
    const id = newId();
    return this.unitOfWork.run(systemAct('installation', 'installation.bootstrapped', this.clock.now()), async (tx) => {
      await this.proposals.beginInstallation(tx, id, tx.context.at);
      const home = await this.organisation(tx, 'vendor', organisation);
      const people: Record<Id, Role> = {};
      for (const one of administrators) people[await this.person(tx, issuer, one, home, one.role, { kind: 'platform' })] = one.role;
      if (authority !== undefined) {
        const authorityId = await this.organisation(tx, 'authority', authority);
        for (const one of authority.people)
          people[await this.person(tx, issuer, one, authorityId, 'authority', { kind: 'region', authorityId })] = 'authority';
      }
      await tx.record({ action: 'installation.bootstrapped', object: { kind: 'installation', id }, details: { people } });
    });
  }

  private async organisation(
    tx: Tx,
    kind: OrganisationKind,
    { name, creditCode, region = null }: { name: string; creditCode: string; region?: string | null | undefined },
  ): Promise<Id> {
    const row = { id: newId(), createdAt: tx.context.at, kind, name, creditCode, parentId: null, affiliateIds: [], region };
    await this.organisations.insert(tx, row);
    await tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: row.id } });
    return row.id;
  }

  private async person(
    tx: Tx,
    issuer: string,
    { name, subject }: { name: string; subject: string },
    organisationId: Id,
    role: Role,
    scope: PermissionScope,
  ): Promise<Id> {
    const from = tx.context.at;
    const { id: personId } = await this.people.insert(tx, { id: newId(), createdAt: from, name, issuer, subject, numberMac: null });
    const affiliationId = newId();
    await this.people.addAffiliation(tx, { id: affiliationId, personId, organisationId, from, until: null, documentedFrom: null });
    await this.people.addGrant(tx, { id: newId(), personId, role, scope, affiliationId, proposalId: null, from, until: null });
    await tx.record({ action: 'person.registered', object: { kind: 'person', id: personId }, details: { role } });
    return personId;
  }
}
