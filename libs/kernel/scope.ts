import type { Actor } from './act.js';
import { dayOf, type Instant } from './clock.js';
import type { Id } from './ids.js';
import { refuse } from './kernel-refusals.js';
import type { Refusal } from './refusal.js';

/**
 * The parties of an object, by which it is decided who may see it: its unit, the authority it stands under, who provides its data, its
 * holding, whose own it is, and organisations whose people see it whatever their role (its unit's, where everyone there should know of
 * it; who sits at the table of its review).
 */
export const partyKinds = ['unitId', 'authorityId', 'providerId', 'datasetId', 'personId', 'memberId'] as const;
export type PartyKind = (typeof partyKinds)[number];
type Party = Id | readonly Id[] | null | undefined;
export type Parties = { readonly [Kind in PartyKind]?: Party };

/**
 * What a person reaches at a moment, by the kind of party: platform-wide roles everything, a unit's people their unit's and what their
 * organisation provided, an authority's people what stands under their region, providers their datasets', mandates theirs while dated,
 * everyone their own. ISO-02, ADM-03, EVAL-06. Objects and lists are decided by this alone: {@link sees} asks it of one object's parties,
 * a table's page of the same columns.
 */
export type Reach = { readonly everything: boolean } & { readonly [Kind in `${PartyKind}s`]: readonly Id[] };

export function reachOf(actor: Actor, at: Instant): Reach {
  if (actor.kind === 'system')
    return { everything: true, unitIds: [], authorityIds: [], providerIds: [], datasetIds: [], personIds: [], memberIds: [] };
  const scopes = actor.grants.map(({ scope }) => scope);
  const today = dayOf(at);
  const own = scopes.flatMap((scope) => (scope.kind === 'unit' ? [scope.organisationId] : []));
  const mandated = scopes.flatMap((scope) =>
    scope.kind === 'mandate' && scope.from <= today && today <= scope.until ? [scope.organisationId] : [],
  );
  return {
    everything: scopes.some(({ kind }) => kind === 'platform'),
    unitIds: [...new Set([...own, ...mandated])],
    authorityIds: regionsOf(actor),
    providerIds: own,
    datasetIds: scopes.flatMap((scope) => (scope.kind === 'dataset' ? [scope.datasetId] : [])),
    personIds: [actor.personId],
    memberIds: [...new Set([actor.organisationId, ...actor.organisationIds])],
  };
}

/** Whether a person sees an object through any of its parties. */
export function sees(actor: Actor, parties: Parties, at: Instant): boolean {
  const reach = reachOf(actor, at);
  return reach.everything || partyKinds.some((kind) => idsOf(parties[kind]).some((id) => reach[`${kind}s`].includes(id)));
}

const idsOf = (party: Party): readonly Id[] => (party === null || party === undefined ? [] : typeof party === 'string' ? [party] : party);

/** The authorities that a person's grants cover: a role in one region says nothing of another's (ADM-03). */
export const regionsOf = (actor: Actor): readonly Id[] =>
  actor.kind === 'system'
    ? []
    : [...new Set(actor.grants.flatMap(({ scope }) => (scope.kind === 'region' ? (actor.regions[scope.authorityId] ?? []) : [])))];

/** Whether a person belongs to an organisation today, also where it is not the one they act for (ACC-05). */
export const belongsTo = (actor: Actor, organisationId: Id): boolean =>
  actor.kind === 'person' && (actor.organisationId === organisationId || actor.organisationIds.includes(organisationId));

/** @throws Refusal the given one (a 404 of the caller's context): another's object does not exist for those who may not see it. */
export function assertSees(actor: Actor, parties: Parties, at: Instant, notFound: Refusal): void {
  if (!sees(actor, parties, at)) throw notFound;
}

/** The organisation a person acts for. @throws Refusal `identity.person-needed` when a part of the system asks. */
export function personOf(actor: Actor): Extract<Actor, { kind: 'person' }> {
  if (actor.kind !== 'person') throw refuse('identity.person-needed');
  return actor;
}
