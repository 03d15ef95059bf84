import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { identityAuditActions } from './domain/audit-actions.js';
import { identityEndings } from './domain/endings.js';
import { identityRefusals } from './domain/refusals.js';
import { OrganisationsController } from './http/organisations.controller.js';
import { PeopleController } from './http/people.controller.js';
import { RoleProposalsController } from './http/role-proposals.controller.js';
import { PersonLocksController } from './http/person-locks.controller.js';
import { IdentityModule } from './identity.module.js';
import { IdentityJobs } from './jobs/identity.jobs.js';
import { identityEntities } from './persistence/entities.js';
import { identityGrants } from './persistence/grants.js';
import { EndingsByTwo1763800300002 } from './persistence/migrations/endings-by-two.js';
import { GrantsByTwo1763800050000 } from './persistence/migrations/grants-by-two.js';
import { NumbersForGood1763900041000 } from './persistence/migrations/numbers-for-good.js';
import { OrganisationsAndPeople1763700100000 } from './persistence/migrations/organisations-and-people.js';
import { VoidedVerifications1763800060000 } from './persistence/migrations/voided-verifications.js';
import { identityTables } from './persistence/tables.js';
import { PersonLocks1763800040000 } from './persistence/migrations/person-locks.js';

export { Bootstrap } from './application/bootstrap.js';
export { Organisations } from './application/organisations.js';
export { People } from './application/people.js';
export { PersonLocks } from './application/person-locks.js';
export { SignIn, TOKEN_VERIFIER } from './application/sign-in.js';
export { Standings } from './application/standings.js';
export { firstPeople, type FirstPeople } from './domain/first-people.js';
export { areAffiliated, type Organisation, type OrganisationKind } from './domain/organisation.js';
export { organisationsAt, type PersonnelFacts, type PersonnelRecord, type RecordKind } from './domain/personnel.js';
export { assertSees, personOf, sees, type Parties } from '#kernel';
export { IdentityModule };

export const identityContext: ContextDeclaration<typeof identityRefusals> = {
  name: 'identity',
  module: IdentityModule,
  controllers: [OrganisationsController, PeopleController, PersonLocksController, RoleProposalsController],
  schemas: contract,
  jobs: [IdentityJobs],
  reconcilers: [],
  entities: identityEntities,
  tables: identityTables,
  grants: identityGrants,
  migrations: [
    OrganisationsAndPeople1763700100000,
    PersonLocks1763800040000,
    GrantsByTwo1763800050000,
    VoidedVerifications1763800060000,
    EndingsByTwo1763800300002,
    NumbersForGood1763900041000,
  ],
  auditActions: identityAuditActions,
  refusals: identityRefusals,
  endings: identityEndings,
  uniques: {
    'identity.installation_pkey': 'identity.already-bootstrapped',
    'identity.organisations_credit_code_key': 'organisation.code-taken',
    'identity.people_issuer_subject_key': 'identity.subject-taken',
    'identity.people_number_mac_key': 'identity.same-person',
    'identity.person_numbers_pkey': 'identity.same-person',
  },
};
