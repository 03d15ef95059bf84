import { systemAct, type Actor, type EpochRef, type Instant, type Standing } from '#kernel';
import { UnitOfWork } from '#platform/database';
import type { Authenticator, TokenVerifier } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { assertNotLocked } from '../domain/person-lock.js';
import { grantsAt, organisationsAt, standsUntil } from '../domain/personnel.js';
import { maybeBeforeCut } from '../domain/session-cut.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { refuse } from '../domain/refusals.js';

export const TOKEN_VERIFIER = Symbol('TokenVerifier');

/** Turns an access token of the unified authentication (ACC-01) into the one natural person it stands for (ACC-04), as they stand today. */
@Injectable()
export class SignIn implements Authenticator {
  constructor(
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @throws Refusal whatever the verifier says of the token, `identity.unknown-person` (with the caller's own subject and issuer, so that
   * they can be registered), `identity.person-locked`, `identity.session-ended`, `identity.not-affiliated`.
   */
  async authenticate(bearer: string, at: Instant, standing: Standing): Promise<Actor> {
    const claims = await this.verifier.verify(bearer, at);
    return this.unitOfWork.read(systemAct('identity', 'person.self-read', at), async (tx) => {
      const person = await this.people.bySubject(tx, claims.issuer, claims.subject);
      if (person === undefined) throw refuse('identity.unknown-person', { issuer: claims.issuer, subject: claims.subject });
      const facts = await this.people.facts(tx, person.id);
      assertNotLocked(person.id, facts.locks);
      const cutAt = await this.people.cutAt(tx, person.id);
      const ended = cutAt === undefined ? undefined : maybeBeforeCut(claims.issuedAt, cutAt, this.verifier.clockToleranceSeconds, at);
      if (ended !== undefined) throw refuse('identity.session-ended', { ...ended });
      const organisationIds = organisationsAt(facts, at);
      const [organisationId] = organisationIds;
      if (organisationId === undefined) throw refuse('identity.not-affiliated');
      const dated = await this.people.grants(tx, person.id);
      const grants = grantsAt(dated, facts, at);
      const rests: EpochRef[] = [
        { kind: 'person', id: person.id },
        { kind: 'rights', id: person.id },
        ...organisationIds.map((id): EpochRef => ({ kind: 'unit', id })),
      ];
      standing.rest(rests, await tx.epochs(rests), standsUntil(facts, dated, at));
      const regions: Record<string, readonly string[]> = {};
      for (const { scope } of grants)
        if (scope.kind === 'region') regions[scope.authorityId] = await this.organisations.subtree(tx, scope.authorityId);
      return {
        kind: 'person',
        personId: person.id,
        organisationId,
        sessionId: claims.tokenId,
        grants,
        organisationIds,
        regions,
      };
    });
  }
}
