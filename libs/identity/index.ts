import type { ContextDeclaration } from '#kernel';
import { identityAuditActions } from './domain/audit-actions.js';
import { identityEndings } from './domain/endings.js';
import { identityRefusals } from './domain/refusals.js';
import { OrganisationsController } from './http/organisations.controller.js';
import { PeopleController } from './http/people.controller.js';
import { IdentityModule } from './identity.module.js';
import { identityEntities } from './persistence/entities.js';
import { identityGrants } from './persistence/grants.js';
import { OrganisationsAndPeople1763700100000 } from './persistence/migrations/organisations-and-people.js';
import { identityTables } from './persistence/tables.js';

export { administratorsConfig, FirstAdministrators, type AdministratorsConfig } from './application/first-administrators.js';
export { Organisations } from './application/organisations.js';
export { People } from './application/people.js';
export { SignIn, TOKEN_VERIFIER } from './application/sign-in.js';
export { areAffiliated, type Organisation, type OrganisationKind } from './domain/organisation.js';
export { organisationsAt, type PersonnelFacts, type PersonnelRecord, type RecordKind } from './domain/personnel.js';
export { assertSees, personOf, sees, type Parties } from '#kernel';
export { IdentityModule };

export const identityContext: ContextDeclaration = {
  name: 'identity',
  module: IdentityModule,
  controllers: [OrganisationsController, PeopleController],
  jobs: [],
  reconcilers: [],
  entities: identityEntities,
  tables: identityTables,
  grants: identityGrants,
  migrations: [OrganisationsAndPeople1763700100000],
  auditActions: identityAuditActions,
  refusals: identityRefusals,
  endings: identityEndings,
};
