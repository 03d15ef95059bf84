import { type Id, type Instant, type Transitions } from '#kernel';
import type { Zone, ZoneQuota } from './zone.js';
import { refuse } from './refusals.js';

export type DomainState = 'requested' | 'provisioning' | 'ready' | 'degraded' | 'sealed' | 'destroying' | 'destroyed';

/**
 * `sealed`: suspended, no one in, data neither readable nor destroyable. An authorisation can be suspended while its domain is still
 * being made, so `sealed` is reachable from there too, and unsealing goes back to where the domain was.
 */
export const domainTransitions = {
  requested: ['provisioning', 'sealed'],
  provisioning: ['ready', 'sealed'],
  ready: ['degraded', 'sealed'],
  degraded: ['ready', 'sealed'],
  sealed: ['requested', 'provisioning', 'ready', 'degraded', 'destroying'],
  destroying: ['destroyed'],
  destroyed: [],
} as const satisfies Transitions<DomainState>;

/** Why a domain is not as it should be. */
export const troubleKinds = ['zone-lost', 'policies-changed', 'probe-failed'] as const;
export interface Trouble {
  readonly kind: (typeof troubleKinds)[number];
  /** Namespace that was lost; names of the policies; names of the probes. */
  readonly what: readonly string[];
  readonly since: Instant;
}

export interface OperationDomain {
  readonly id: Id;
  readonly version: number;
  readonly createdAt: Instant;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly state: DomainState;
  /** Where `sealed` leads back to; null in every other state. */
  readonly sealedFrom: Exclude<DomainState, 'sealed' | 'destroying' | 'destroyed'> | null;
  readonly quota: ZoneQuota;
  readonly nodePools: Readonly<Partial<Record<Zone, string>>>;
  readonly troubles: readonly Trouble[];
  /** Trace of the act that asked for it; what is made in the cluster for it carries the same. */
  readonly traceparent: string | null;
}

/** One namespace that a zone has or had. A lost one stays on record; its name is never used again. */
export interface ZoneRecord {
  readonly id: Id;
  readonly domainId: Id;
  readonly zone: Zone;
  readonly namespace: string;
  readonly createdAt: Instant;
  /** First seen standing in the cluster. */
  readonly madeAt: Instant | null;
  /** Found missing though nobody had decided to remove it: what lived only on its volumes is lost. */
  readonly lostAt: Instant | null;
  /** Removed by a destruction, and seen to be gone. */
  readonly goneAt: Instant | null;
}

export const defaultQuota: ZoneQuota = { cpu: 16, memoryGi: 64, storageGi: 500, pods: 60, volumeClaims: 40 };

export const currentZones = (zones: readonly ZoneRecord[]): readonly ZoneRecord[] => zones.filter((zone) => zone.lostAt === null);

/** What one look at the cluster found. */
export interface Findings {
  readonly at: Instant;
  readonly lost: readonly string[];
  readonly policiesChanged: readonly string[];
  /** Absent where no probe was asked in this pass: then what the last run said stands. */
  readonly probes?: { readonly asked: number; readonly failed: readonly string[] };
}

/**
 * The state and troubles that follow from what was found. A lost zone stays a trouble until somebody accepts the loss; the others end
 * when they are no longer found. A domain becomes ready only by probes that all held (ISO-01).
 */
export function decideStanding(
  domain: Pick<OperationDomain, 'state' | 'troubles'>,
  found: Findings,
): { readonly state: DomainState; readonly troubles: readonly Trouble[] } {
  const standing = new Map(domain.troubles.map((trouble) => [trouble.kind, trouble]));
  const renew = (kind: Trouble['kind'], what: readonly string[]): readonly Trouble[] =>
    what.length === 0 ? [] : [{ kind, what: [...new Set(what)].sort(), since: standing.get(kind)?.since ?? found.at }];
  const lost = [...(standing.get('zone-lost')?.what ?? []), ...(domain.state === 'provisioning' ? [] : found.lost)];
  const failed = found.probes === undefined ? (standing.get('probe-failed')?.what ?? []) : found.probes.failed;
  const troubles = [...renew('zone-lost', lost), ...renew('policies-changed', found.policiesChanged), ...renew('probe-failed', failed)];
  return { troubles, state: stateFor(domain.state, troubles, found) };
}

function stateFor(state: DomainState, troubles: readonly Trouble[], found: Findings): DomainState {
  const proven = found.probes !== undefined && found.probes.asked > 0 && found.lost.length === 0;
  if (state === 'ready' && troubles.length > 0) return 'degraded';
  if ((state === 'provisioning' || state === 'degraded') && troubles.length === 0 && proven) return 'ready';
  return state;
}

/** @throws Refusal `domain.nothing-to-accept`: only a recorded loss can be accepted, never a wall that does not stand. */
export function decideAcceptance(domain: Pick<OperationDomain, 'id' | 'troubles'>): readonly Trouble[] {
  const rest = domain.troubles.filter((trouble) => trouble.kind !== 'zone-lost');
  if (rest.length === domain.troubles.length) throw refuse('domain.nothing-to-accept', { id: domain.id });
  return rest;
}

/** @throws Refusal `domain.not-usable` naming the state, where seats, copies or runs would need a working domain. */
export function assertUsable(domain: Pick<OperationDomain, 'id' | 'state'>): void {
  if (domain.state !== 'ready') throw refuse('domain.not-usable', { id: domain.id, state: domain.state });
}
