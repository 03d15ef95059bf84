import { type HeldItem, type Holding, type HoldingName } from '#kernel';
import { refuse } from './refusals.js';

export type DestructionStage = Holding['order'];

/** Workloads first, so that nothing writes any more; keys last, because they open what might have to be looked at until then. */
export const stages = ['workloads', 'data', 'keys'] as const satisfies readonly DestructionStage[];

/** The holdings in the order in which they are destroyed; within a stage by name, so that a repeat takes the same way. */
export const destructionOrder = <H extends Pick<Holding, 'name' | 'order'>>(holdings: readonly H[]): readonly H[] =>
  [...holdings].sort((a, b) => stages.indexOf(a.order) - stages.indexOf(b.order) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** What a holding still has after its destruction, or why it could not say or do so. */
export interface HoldingOutcome {
  readonly holding: HoldingName;
  readonly order: DestructionStage;
  readonly left: readonly HeldItem[];
  readonly failure: string | null;
}

export const isGone = ({ left, failure }: HoldingOutcome): boolean => left.length === 0 && failure === null;

/**
 * Whether a stage may begin: everything of the stages before it is gone.
 * A data store that refuses to give something up therefore keeps its key alive, and the notice names the item.
 */
export const mayBegin = (stage: DestructionStage, outcomes: readonly HoldingOutcome[]): boolean =>
  outcomes.filter(({ order }) => stages.indexOf(order) < stages.indexOf(stage)).every(isGone);

/** @throws Refusal `termination.keys-too-early` with what is left. */
export function assertKeysLast(holdings: readonly Pick<Holding, 'name' | 'order'>[], outcomes: readonly HoldingOutcome[]): void {
  const before = holdings.filter(({ order }) => order !== 'keys');
  const left = before.filter(({ name }) => !outcomes.some((outcome) => outcome.holding === name && isGone(outcome)));
  if (left.length > 0) throw refuse('termination.keys-too-early', { left: left.map(({ name }) => name) });
}
