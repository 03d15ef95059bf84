import { Batched, systemAct, type Actor, type Clock, type EpochRef, type Epochs, type Id, type Instant, type Standing } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { type Authenticator, CLOCK, type TokenClaims, type TokenVerifier } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { assertNotLocked } from '../domain/person-lock.js';
import { type DatedGrant, grantsAt, organisationsAt, type PersonnelFacts, standsUntil } from '../domain/personnel.js';
import { maybeBeforeCut } from '../domain/session-cut.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { refuse } from '../domain/refusals.js';

export const TOKEN_VERIFIER = Symbol('TokenVerifier');

/** What is on file of whoever a token stands for, of one snapshot. */
interface Known {
  readonly facts: PersonnelFacts;
  readonly cutAt: Instant | undefined;
  readonly dated: readonly DatedGrant[];
  readonly epochs: Epochs;
  /** Organisations of each region that a grant names. */
  readonly subtrees: ReadonlyMap<Id, readonly Id[]>;
}

/** Turns an access token of the unified authentication (ACC-01) into the one natural person it stands for (ACC-04), as they stand today. */
@Injectable()
export class SignIn implements Authenticator {
  /** By whom is asked about, for as long as somebody asks. */
  private readonly readings = new Map<string, { readonly of: Batched<undefined, Known | undefined>; asking: number }>();

  constructor(
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @throws Refusal whatever the verifier says of the token, `identity.unknown-person` (with the caller's own subject and issuer, so that
   * they can be registered), `identity.person-locked`, `identity.session-ended`, `identity.not-affiliated`.
   */
  async authenticate(bearer: string, at: Instant, standing: Standing): Promise<Actor> {
    const claims = await this.verifier.verify(bearer, at);
    const known = await this.known(claims);
    if (known === undefined) throw refuse('identity.unknown-person', { issuer: claims.issuer, subject: claims.subject });
    const { facts, cutAt, dated, epochs } = known;
    assertNotLocked(facts.id, facts.locks);
    const ended = cutAt === undefined ? undefined : maybeBeforeCut(claims.issuedAt, cutAt, this.verifier.clockToleranceSeconds, at);
    if (ended !== undefined) throw refuse('identity.session-ended', { ...ended });
    const organisationIds = organisationsAt(facts, at);
    const [organisationId] = organisationIds;
    if (organisationId === undefined) throw refuse('identity.not-affiliated');
    const grants = grantsAt(dated, facts, at);
    standing.rest(restsOf(facts.id, organisationIds), epochs, standsUntil(facts, dated, at));
    const regions: Record<string, readonly string[]> = {};
    for (const { scope } of grants) if (scope.kind === 'region') regions[scope.authorityId] = known.subtrees.get(scope.authorityId) ?? [];
    return { kind: 'person', personId: facts.id, organisationId, sessionId: claims.tokenId, grants, organisationIds, regions };
  }

  /** Read after it was asked for, once for all requests of one person that ask at the same time: a page sends several, an order a hundred. */
  private async known({ issuer, subject }: Pick<TokenClaims, 'issuer' | 'subject'>): Promise<Known | undefined> {
    const key = JSON.stringify([issuer, subject]);
    const reading = this.readings.get(key) ?? { of: this.readingOf(issuer, subject), asking: 0 };
    this.readings.set(key, reading);
    reading.asking += 1;
    try {
      return await reading.of.ask(undefined);
    } finally {
      reading.asking -= 1;
      if (reading.asking === 0) this.readings.delete(key);
    }
  }

  private readingOf(issuer: string, subject: string): Batched<undefined, Known | undefined> {
    return new Batched(
      async (asked) => {
        const known = await this.unitOfWork.read(systemAct('identity', 'person.self-read', this.clock.now()), (tx) =>
          this.read(tx, issuer, subject),
        );
        return asked.map(() => known);
      },
      { gatherMs: 0 },
    );
  }

  private async read(tx: Tx, issuer: string, subject: string): Promise<Known | undefined> {
    const person = await this.people.bySubject(tx, issuer, subject);
    if (person === undefined) return undefined;
    const facts = await this.people.factsOf(tx, person);
    const dated = await this.people.grants(tx, person.id);
    const subtrees = new Map<Id, readonly Id[]>();
    for (const { scope } of dated)
      if (scope.kind === 'region' && !subtrees.has(scope.authorityId))
        subtrees.set(scope.authorityId, await this.organisations.subtree(tx, scope.authorityId));
    const organisationIds = facts.affiliations.map((affiliation) => affiliation.organisationId);
    return {
      facts,
      cutAt: await this.people.cutAt(tx, person.id),
      dated,
      epochs: await tx.epochs(restsOf(person.id, organisationIds)),
      subtrees,
    };
  }
}

/** What a person stands on. */
const restsOf = (personId: Id, organisationIds: readonly Id[]): EpochRef[] => [
  { kind: 'person', id: personId },
  { kind: 'rights', id: personId },
  ...organisationIds.map((id): EpochRef => ({ kind: 'unit', id })),
];
