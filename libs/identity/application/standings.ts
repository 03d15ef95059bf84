import { personOf, standingFor, type Actor, type Clock, type Grant, type Id, type Parties } from '#kernel';
import type { Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { grantsAt, organisationsAt } from '../domain/personnel.js';
import type { Entitled } from '../domain/role-proposal.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';

type Person = Extract<Actor, { kind: 'person' }>;

/** For which party someone decides, and by which grant: the one answer to that question (design rule 15). */
@Injectable()
export class Standings {
  constructor(
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The acting person with those of the act's grants that are in force at the moment of the decision. The person's row is locked: a role
   * that was taken back since the request was let in does not count, and none is taken back before the decision commits.
   */
  async acting(tx: Tx): Promise<Person> {
    const person = personOf(tx.context.actor);
    const standing = await this.entitled(tx, person.personId);
    const held = new Set(standing.grants.map(({ id }) => id));
    return { ...person, organisationIds: standing.organisationIds, grants: person.grants.filter(({ id }) => held.has(id)) };
  }

  /** By which grant the acting person decides for the organisation, or nothing. */
  async of(tx: Tx, organisationId: Id, about: Parties): Promise<Grant | undefined> {
    return standingFor(await this.acting(tx), organisationId, about, tx.context.at);
  }

  /** Anyone, as they stand now, locked. */
  async entitled(tx: Tx, personId: Id): Promise<Entitled> {
    const facts = await this.people.facts(tx, personId, 'share');
    const now = this.clock.now();
    const at = now > tx.context.at ? now : tx.context.at;
    const grants = grantsAt(await this.people.grants(tx, personId), facts, at);
    const regions: Record<Id, readonly Id[]> = {};
    for (const { scope } of grants)
      if (scope.kind === 'region') regions[scope.authorityId] = await this.organisations.subtree(tx, scope.authorityId);
    return { personId, organisationIds: organisationsAt(facts, at), grants, regions };
  }
}
