import { type Id, type Instant } from '#kernel';
import { refuse } from './refusals.js';

export const exitDecisions = ['release', 'transfer', 'destroy'] as const;
export type ExitDecision = (typeof exitDecisions)[number];

/** One artefact of the ending scenarios and what becomes of it (TERM-07). */
export interface ExitItem {
  readonly id: Id;
  readonly kind: string;
  /** As the inventory names it. */
  readonly ref: string;
  readonly scenarioId: Id;
  readonly decision: ExitDecision | null;
  readonly decidedBy: Id | null;
  readonly decidedAt: Instant | null;
  /** Release: the export request that carries it out. Transfer: the record of the hand-over. */
  readonly carriedBy: string | null;
  /** The export review let it out. Always false until then, also for what is destroyed. */
  readonly carriedOut: boolean;
}

export const undecided = (items: readonly ExitItem[]): readonly ExitItem[] => items.filter(({ decision }) => decision === null);

/** Decided to leave, but still here. A release goes through export review like any other, so it may also be refused. */
export const stillLeaving = (items: readonly ExitItem[]): readonly ExitItem[] =>
  items.filter(({ decision, carriedOut }) => (decision === 'release' || decision === 'transfer') && !carriedOut);

/** @throws Refusal `termination.exits-undecided` with the names of the items (TERM-07). */
export function assertAllDecided(items: readonly ExitItem[]): void {
  const open = undecided(items);
  if (open.length > 0) throw refuse('termination.exits-undecided', { items: open.map(({ kind, ref }) => `${kind} ${ref}`) });
}

/** @throws Refusal `termination.exits-unfinished`: what may leave leaves before anything is destroyed. */
export function assertNoneLeaving(items: readonly ExitItem[]): void {
  const leaving = stillLeaving(items);
  if (leaving.length > 0) throw refuse('termination.exits-unfinished', { items: leaving.map(({ kind, ref }) => `${kind} ${ref}`) });
}

/** Kind of the exits that are raw packages: those never leave, whoever decides (design rule 7), so only their destruction can be said. */
export const rawKind = 'dataset-copy';

/**
 * What a person decides about an item. Nothing has left by that: what leaves went through export review, and until then still leaves.
 * @throws Refusal `termination.raw-never-leaves`, `termination.exit-without-carrier` for a release that does not name the item's own export
 * request or a transfer without record, `termination.exit-carried-out`.
 */
export function decideExit(item: ExitItem, decision: ExitDecision, by: Id, at: Instant, carriedBy: string | null): ExitItem {
  if (item.kind === rawKind && decision !== 'destroy') throw refuse('termination.raw-never-leaves', { ref: item.ref, decision });
  const carrier = decision === 'release' && carriedBy !== item.ref ? null : carriedBy?.trim();
  if (decision !== 'destroy' && !carrier) throw refuse('termination.exit-without-carrier', { ref: item.ref, decision });
  if (item.carriedOut) throw refuse('termination.exit-carried-out', { ref: item.ref });
  return { ...item, decision, decidedBy: by, decidedAt: at, carriedBy: decision === 'destroy' ? null : carriedBy };
}

/** Whether what was to leave has left: by release or hand-over, only what its own export review let out. */
export const hasLeft = ({ decision, ref }: ExitItem, released: ReadonlySet<Id>): boolean =>
  (decision === 'release' || decision === 'transfer') && released.has(ref);
