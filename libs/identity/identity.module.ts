import { Module } from '@nestjs/common';
import { Bootstrap } from './application/bootstrap.js';
import { Grantable } from './application/grantable.js';
import { IdentityNumbers } from './application/identity-numbers.js';
import { Organisations } from './application/organisations.js';
import { People } from './application/people.js';
import { RoleProposals } from './application/role-proposals.js';
import { PersonLocks } from './application/person-locks.js';
import { SignIn } from './application/sign-in.js';
import { Standings } from './application/standings.js';
import { OrganisationsRepository } from './persistence/organisations.repository.js';
import { PeopleRepository } from './persistence/people.repository.js';
import { RoleProposalsRepository } from './persistence/role-proposals.repository.js';
import { PersonLocksRepository } from './persistence/person-locks.repository.js';

@Module({
  providers: [
    OrganisationsRepository,
    PeopleRepository,
    RoleProposalsRepository,
    PersonLocksRepository,
    Organisations,
    People,
    PersonLocks,
    Grantable,
    IdentityNumbers,
    Standings,
    RoleProposals,
    Bootstrap,
    SignIn,
  ],
  exports: [Organisations, People, PersonLocks, Standings, RoleProposals, Bootstrap, SignIn],
})
export class IdentityModule {}
