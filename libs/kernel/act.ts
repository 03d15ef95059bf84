import type { Day, Instant } from './clock.js';
import type { Digest } from './digest.js';
import type { Under } from './endings.js';
import type { Id } from './ids.js';
import type { Standing } from './access-standing.js';

/** Roles of the operation domain (design: words). The first three are the separated administrators (三员). */
export const roles = [
  'platform-operator',
  'security-admin',
  'audit-admin',
  'authority',
  'provider',
  'unit-manager',
  'unit-developer',
  'export-reviewer',
  'evaluator',
] as const;
export type Role = (typeof roles)[number];

/** What a role reaches: everything of the platform, one organisation, a region's subtree of authorities, one dataset, or a dated mandate. */
export type PermissionScope =
  | { readonly kind: 'platform' }
  | { readonly kind: 'unit'; readonly organisationId: Id }
  | { readonly kind: 'region'; readonly authorityId: Id }
  | { readonly kind: 'dataset'; readonly datasetId: Id }
  | { readonly kind: 'mandate'; readonly organisationId: Id; readonly from: Day; readonly until: Day };

export interface Grant {
  readonly id: Id;
  readonly role: Role;
  readonly scope: PermissionScope;
  /** The organisation whose affiliation the grant rests on: with that affiliation it ends. */
  readonly organisationId: Id;
}

/** Who acts: exactly one natural person (ACC-04), or a named part of the system. */
export type Actor =
  | {
      readonly kind: 'person';
      readonly personId: Id;
      /** The organisation on whose behalf the person acts today. */
      readonly organisationId: Id;
      readonly sessionId: string;
      readonly grants: readonly Grant[];
      /** Every organisation the person belongs to today: nobody judges what one of theirs asked for (ACC-05). */
      readonly organisationIds: readonly Id[];
      /** What each authority of a region grant covers: itself and those below it (ADM-03). Empty for others. */
      readonly regions: Readonly<Record<Id, readonly Id[]>>;
    }
  | { readonly kind: 'system'; readonly component: string };

/** What every use case is handed: who acts, in which act, when, and how a repeat of it is recognised. */
export interface ActContext {
  /** The audit action this act must record, e.g. `seat.revoked`. */
  readonly action: string;
  readonly actor: Actor;
  readonly at: Instant;
  /** Network address of the caller; encrypted wherever it is kept. */
  readonly source?: string;
  readonly idempotency?: { readonly key: string; readonly digest: Digest };
  /** Version the caller saw (`If-Match`). */
  readonly ifMatch?: number;
  readonly traceparent?: string;
  /** The act cuts something: it waits for no other person's acts. */
  readonly urgent?: true;
  /** What the act begins or goes on with something of: refused once that has ended. */
  readonly under?: readonly Under[];
  /** What lets the act in; every transaction of it asks whether that still stands. None for parts of the system. */
  readonly standing?: Standing;
  /** What the act works on inside a scenario: who comes by the developer's role alone needs a working seat there, asked in its transaction. */
  readonly inside?: { readonly kind: string; readonly id: Id };
}

/** The act as one that must be recorded whatever has become of the access, e.g. how far a transfer came that was cut. */
export function asRecord({ standing: _ended, inside: _seat, ...ctx }: ActContext): ActContext {
  return ctx;
}

export const systemAct = (component: string, action: string, at: Instant, traceparent?: string): ActContext => ({
  action,
  actor: { kind: 'system', component },
  at,
  ...(traceparent === undefined ? {} : { traceparent }),
});

export const holdsRole = (actor: Actor, ...wanted: readonly Role[]): boolean =>
  actor.kind === 'person' && actor.grants.some((grant) => wanted.includes(grant.role));
