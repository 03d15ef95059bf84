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
  /** The export was released, or the hand-over was receipted. Always false until then, also for what is destroyed. */
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

/** @throws Refusal `termination.exit-without-carrier` for a release without export request or a transfer without record. */
export function decideExit(item: ExitItem, decision: ExitDecision, by: Id, at: Instant, carriedBy: string | null): ExitItem {
  if (decision !== 'destroy' && !carriedBy?.trim()) throw refuse('termination.exit-without-carrier', { ref: item.ref, decision });
  if (item.carriedOut) throw refuse('termination.exit-carried-out', { ref: item.ref });
  return { ...item, decision, decidedBy: by, decidedAt: at, carriedBy: decision === 'destroy' ? null : carriedBy };
}
