import type { ContextDeclaration } from '#kernel';
import { identityAuditActions } from './domain/audit-actions.js';
import { identityRefusals } from './domain/refusals.js';
import { OrganisationsController } from './http/organisations.controller.js';
import { PeopleController } from './http/people.controller.js';
import { PersonLocksController } from './http/person-locks.controller.js';
import { IdentityModule } from './identity.module.js';
import { identityEntities } from './persistence/entities.js';
import { OrganisationsAndPeople1763700100000 } from './persistence/migrations/organisations-and-people.js';
import { PersonLocks1763800040000 } from './persistence/migrations/person-locks.js';

export { administratorsConfig, FirstAdministrators, type AdministratorsConfig } from './application/first-administrators.js';
export { Organisations } from './application/organisations.js';
export { People } from './application/people.js';
export { PersonLocks } from './application/person-locks.js';
export { SignIn, TOKEN_VERIFIER } from './application/sign-in.js';
export { areAffiliated, type Organisation, type OrganisationKind } from './domain/organisation.js';
export { organisationsAt, type PersonnelFacts, type PersonnelRecord, type RecordKind } from './domain/personnel.js';
export { assertSees, personOf, sees, type Parties } from '#kernel';
export { IdentityModule };

export const identityContext: ContextDeclaration = {
  name: 'identity',
  module: IdentityModule,
  controllers: [OrganisationsController, PeopleController, PersonLocksController],
  jobs: [],
  reconcilers: [],
  entities: identityEntities,
  migrations: [OrganisationsAndPeople1763700100000, PersonLocks1763800040000],
  auditActions: identityAuditActions,
  refusals: identityRefusals,
};
