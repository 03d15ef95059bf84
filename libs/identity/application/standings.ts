import { personOf, standingFor, type Actor, type Clock, type Grant, type Id, type Parties } from '#kernel';
import type { Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { grantsAt, organisationsAt } from '../domain/personnel.js';
import type { Entitled } from '../domain/role-proposal.js';
import { refuse } from '../domain/refusals.js';
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

  /** Whether someone who had a say before still has it: not locked, and by a grant in force now that `entitles`. */
  async stands(tx: Tx, personId: Id, entitles: (grant: Grant, one: Entitled) => boolean): Promise<boolean> {
    const one = await this.entitled(tx, personId);
    return one.grants.some((grant) => entitles(grant, one));
  }

  /**
   * Asked by every deciding step of each earlier person whose say it counts: what was begun by someone who is locked or lost the role
   * since decides nothing. @throws Refusal `identity.earlier-say-fell`.
   */
  async assertStands(tx: Tx, personId: Id, entitles: (grant: Grant, one: Entitled) => boolean): Promise<void> {
    if (!(await this.stands(tx, personId, entitles))) throw refuse('identity.earlier-say-fell', { personId });
  }

  /**
   * Asked before raw data is worked on under what somebody decided once and for good, e.g. reviewed code: it lasts beyond their role, since
   * the office decided, but not while they are locked; then another decides anew. @throws Refusal `identity.earlier-say-fell`.
   */
  async assertNotLocked(tx: Tx, personId: Id): Promise<void> {
    if ((await this.people.facts(tx, personId, 'share')).locks.length > 0) throw refuse('identity.earlier-say-fell', { personId });
  }

  /** Those of earlier says that count no longer: each was given by a grant that is gone, or by somebody who is locked. */
  async fallen<S extends { readonly personId: Id; readonly grantId: Id }>(tx: Tx, says: readonly S[]): Promise<S[]> {
    const gone: S[] = [];
    for (const say of says) if (!(await this.stands(tx, say.personId, ({ id }) => id === say.grantId))) gone.push(say);
    return gone;
  }

  /** Anyone, as they stand now, their row locked. Whoever is kept out by a lock holds nothing. */
  async entitled(tx: Tx, personId: Id): Promise<Entitled> {
    const facts = await this.people.facts(tx, personId, 'share');
    const now = this.clock.now();
    const at = now > tx.context.at ? now : tx.context.at;
    const grants = facts.locks.length > 0 ? [] : grantsAt(await this.people.grants(tx, personId), facts, at);
    const regions: Record<Id, readonly Id[]> = {};
    for (const { scope } of grants)
      if (scope.kind === 'region') regions[scope.authorityId] = await this.organisations.subtree(tx, scope.authorityId);
    return { personId, organisationIds: organisationsAt(facts, at), grants, regions };
  }
}
