import { Module } from '@nestjs/common';
import { FirstAdministrators } from './application/first-administrators.js';
import { Organisations } from './application/organisations.js';
import { People } from './application/people.js';
import { PersonLocks } from './application/person-locks.js';
import { SignIn } from './application/sign-in.js';
import { TokenCut } from './application/token-cut.js';
import { OrganisationsRepository } from './persistence/organisations.repository.js';
import { PeopleRepository } from './persistence/people.repository.js';
import { PersonLocksRepository } from './persistence/person-locks.repository.js';

@Module({
  providers: [
    OrganisationsRepository,
    PeopleRepository,
    PersonLocksRepository,
    Organisations,
    People,
    PersonLocks,
    SignIn,
    FirstAdministrators,
    TokenCut,
  ],
  exports: [Organisations, People, PersonLocks, SignIn, FirstAdministrators],
})
export class IdentityModule {}
