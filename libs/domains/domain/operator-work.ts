import type { Id, Instant, JsonObject } from '#kernel';
import type { Verdict } from './probes.js';
import type { Zone } from './zone.js';

/**
 * What others may ask of the operator, which alone touches the cluster: `probe` asks every wall, `plan` says what a pass would do,
 * `inventory` lists what the zones hold, `pods` those that run there, `access` asks whether anyone still gets in, `standing` lists the pods
 * for those who wait for theirs to stand, `destroy` removes the zones, `recover` tries to get back what was destroyed.
 */
export const orderKinds = ['probe', 'plan', 'inventory', 'pods', 'access', 'standing', 'destroy', 'recover'] as const;
export type OrderKind = (typeof orderKinds)[number];
/** What a cut waits for: answered at once, and passes wait for it. */
export const cutLookKinds = ['pods', 'access'] as const satisfies readonly OrderKind[];
/** Passes do not wait for it: they are what makes pods stand. */
export const standingLookKinds = ['standing'] as const satisfies readonly OrderKind[];
/** Answered by one look for all who ask, and not after a pass. */
export const lookKinds = [...cutLookKinds, ...standingLookKinds] as const;
export type LookKind = (typeof lookKinds)[number];
export type Look = ClusterOrder & { readonly kind: LookKind };
export const isLook = (order: ClusterOrder): order is Look => (lookKinds as readonly OrderKind[]).includes(order.kind);
export const isPassOrder = (order: ClusterOrder): order is PassOrder => !isLook(order);
/** An order that is answered with a pass. */
export type PassOrder = ClusterOrder & { readonly kind: Exclude<OrderKind, LookKind> };

export interface ClusterOrder {
  readonly id: Id;
  readonly domainId: Id;
  readonly kind: OrderKind;
  readonly requestedAt: Instant;
  /** Of a look: when it began, after reading this order; null until then, and for what a pass answers. */
  readonly begunAt: Instant | null;
  readonly doneAt: Instant | null;
  readonly result: JsonObject | null;
  /** The cause, in one word or code; never a value. */
  readonly failure: string | null;
  readonly traceparent: string | null;
  /** The cut whose own transaction placed it: a look that began with this order began after the cut's commit. */
  readonly cutId: Id | null;
}

/** What somebody wants to have looked at, and for which cut. */
export interface LookSubject {
  readonly domainId: Id;
  readonly kind: LookKind;
  readonly cutId?: Id;
}
/** The newest answered and the newest open order of a subject, and that which its cut placed. */
export interface LookStanding {
  readonly answered: ClusterOrder | undefined;
  readonly open: ClusterOrder | undefined;
  readonly own: ClusterOrder | undefined;
}
/** Whether what an order's look shows was seen after a moment. Both are of the database's clock, cut off at the millisecond. */
export const began = ({ begunAt }: Pick<ClusterOrder, 'begunAt'>, after: Instant): boolean => begunAt !== null && begunAt > after;
/** Whether a look is to come, or under way, that shows what was done by then: one that has not begun begins later. */
export const pending = ({ open, own }: LookStanding, after: Instant): boolean =>
  own?.doneAt === null || (open !== undefined && (open.begunAt === null || began(open, after)));
/** The newest answer that shows what was done by then, or in the cut that placed the order itself. */
export const shownAfter = ({ answered, own }: LookStanding, after: Instant): ClusterOrder | undefined => {
  if (answered !== undefined && (began(answered, after) || (own?.begunAt && began(answered, own.begunAt)))) return answered;
  return own?.doneAt ? own : undefined;
};

export interface ZoneVerdict extends Verdict {
  readonly zone: Zone;
  readonly namespace: string;
}
export interface ProbeRun {
  readonly id: Id;
  readonly domainId: Id;
  readonly at: Instant;
  readonly verdicts: readonly ZoneVerdict[];
}

/** How far the operator has come with one domain. */
export interface Reconciliation {
  /** Counts changes of what is wanted; `seen` is the count at the last finished pass. */
  readonly wanted: number;
  readonly seen: number;
  readonly term: number;
  readonly at: Instant | null;
  readonly steps: readonly string[];
  readonly failure: string | null;
}

/** One thing that lies in a zone, as the cluster's discovery names it. */
export interface ClusterItem {
  readonly kind: string;
  /** `cluster/<namespace>/<Kind>/<name>`; volumes without a namespace of their own stand under the one that claimed them. */
  readonly ref: string;
}
/** Whether anyone still gets into a zone: what is bound there, and what its prober was answered when it asked for a shell. */
export interface AccessCheck {
  readonly namespace: string;
  readonly zone: Zone;
  readonly bindings: readonly string[];
  readonly foreign: readonly string[];
  readonly probe: { readonly how: string; readonly refused: boolean; readonly answer: string };
}
