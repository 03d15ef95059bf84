import { type Id, type PermissionScope, type Role } from '#kernel';
import type { Tx } from '#platform/database';
import { Seams } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { affiliationsAt, affiliationsFrom, type DatedGrant } from '../domain/personnel.js';
import { decides, fitsRole, homeFor, roleRules, scopeKinds, separationConflict, type Home, type Named } from '../domain/role-rules.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';
import { PeopleRepository } from '../persistence/people.repository.js';
import { refuse } from '../domain/refusals.js';

/** Where a grant would stand. */
export interface Placed {
  /** The affiliation that it rests on. */
  readonly affiliationId: Id;
  /** The organisation for which the role decides: what the scope names, or the person's own. */
  readonly organisationId: Id;
}

/** Whether a person can hold a role within a scope, today. */
@Injectable()
export class Grantable {
  constructor(
    private readonly people: PeopleRepository,
    private readonly organisations: OrganisationsRepository,
    private readonly seams: Seams,
  ) {}

  /**
   * In a transaction that holds the person's row.
   * @throws Refusal `identity.roles-separated`, `identity.vendor-role`, `identity.scope-unfit`, `organisation.not-found`,
   * `identity.scope-of-other-kind`, `identity.dataset-unknown`, `identity.not-of-the-organisation`, `identity.not-verified`.
   */
  async assert(tx: Tx, personId: Id, role: Role, scope: PermissionScope): Promise<Placed> {
    const { at } = tx.context;
    const held = (await this.people.grants(tx, personId)).filter(({ until }) => until === null || until > at).map((grant) => grant.role);
    const conflict = separationConflict(held, role);
    if (conflict !== undefined) throw refuse('identity.roles-separated', { held: conflict, wanted: role });
    const facts = await this.people.facts(tx, personId);
    const homes: Home[] = [];
    for (const { id, organisationId } of affiliationsAt(facts, at))
      homes.push({ affiliationId: id, organisationId, kind: (await this.organisations.get(tx, organisationId)).kind });
    // Whoever belongs to a vendor later would hold the role then (ACC-06).
    if (!roleRules[role].kinds.includes('vendor'))
      for (const { organisationId } of affiliationsFrom(facts, at))
        if ((await this.organisations.get(tx, organisationId)).kind === 'vendor') throw refuse('identity.vendor-role', { role });
    if (!fitsRole(role, scope)) throw refuse('identity.scope-unfit', { role, scope: scope.kind });
    const named = await this.named(tx, scope);
    const home = homeFor(role, scope, named, homes);
    if (home === undefined) throw refuse('identity.not-of-the-organisation', { role });
    if (decides(role) && !facts.numbered) throw refuse('identity.not-verified');
    return { affiliationId: home.affiliationId, organisationId: named?.organisationId ?? home.organisationId };
  }

  /** For which organisation a grant that somebody has decides. */
  async decidesFor(tx: Tx, personId: Id, grant: Pick<DatedGrant, 'scope' | 'affiliationId'>): Promise<Id> {
    const named = await this.named(tx, grant.scope);
    const home = (await this.people.facts(tx, personId)).affiliations.find(({ id }) => id === grant.affiliationId);
    const organisationId = named?.organisationId ?? home?.organisationId;
    if (organisationId === undefined) throw refuse('identity.not-affiliated');
    return organisationId;
  }

  private async named(tx: Tx, scope: PermissionScope): Promise<Named | undefined> {
    if (scope.kind === 'platform') return undefined;
    const organisationId = scope.kind === 'dataset' ? await this.providerOf(tx, scope.datasetId) : namedBy(scope);
    const { kind } = await this.organisations.get(tx, organisationId);
    if (scopeKinds[scope.kind]?.includes(kind) === false) throw refuse('identity.scope-of-other-kind', { scope: scope.kind, kind });
    return { organisationId, below: scope.kind === 'region' ? await this.organisations.subtree(tx, organisationId) : [organisationId] };
  }

  private async providerOf(tx: Tx, datasetId: Id): Promise<Id> {
    for (const catalogue of this.seams.all('dataset-catalogue')) {
      const found = await catalogue.describe(tx, datasetId);
      if (found !== undefined) return found.providerId;
    }
    throw refuse('identity.dataset-unknown', { datasetId });
  }
}

const namedBy = (scope: Extract<PermissionScope, { kind: 'unit' | 'region' | 'mandate' }>): Id =>
  scope.kind === 'region' ? scope.authorityId : scope.organisationId;
