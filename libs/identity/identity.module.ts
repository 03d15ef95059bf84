import { Module } from '@nestjs/common';
import { FirstAdministrators } from './application/first-administrators.js';
import { Organisations } from './application/organisations.js';
import { People } from './application/people.js';
import { SignIn } from './application/sign-in.js';
import { OrganisationsRepository } from './persistence/organisations.repository.js';
import { PeopleRepository } from './persistence/people.repository.js';

@Module({
  providers: [OrganisationsRepository, PeopleRepository, Organisations, People, SignIn, FirstAdministrators],
  exports: [Organisations, People, SignIn, FirstAdministrators],
})
export class IdentityModule {}
