import { refuse } from './kernel-refusals.js';

/** Every edge of a state machine, in one table: what is not listed cannot happen. */
export type Transitions<S extends string> = Readonly<Record<S, readonly S[]>>;

export const mayMove = <S extends string>(table: Transitions<S>, from: S, to: S): boolean => table[from].includes(to);

/** @throws Refusal `state.no-such-transition` (409) naming both states and what is possible. */
export function assertMove<S extends string>(table: Transitions<S>, from: S, to: S, what: string): void {
  if (!mayMove(table, from, to)) throw refuse('state.no-such-transition', { what, from, to, possible: [...table[from]] });
}

/** States that some edge leads to: what a row can be moved to. */
export type Reached<Edges> = Edges[keyof Edges] extends readonly (infer State)[] ? State : never;

/** What a decision that moves an object along an edge changes of it. */
export type Moving<Whole extends { readonly state: string }, Edges> = Partial<Omit<Whole, 'id' | 'state'>> & {
  readonly state: Reached<Edges>;
};

/** What a decision changes that leaves the state as it is. */
export type Staying<Whole extends { readonly state: string }> = Partial<Omit<Whole, 'id' | 'state'>> & { readonly state?: never };

/**
 * For a pure decision that answers by which edge it goes, before it judges anything else.
 * @throws Refusal `state.no-such-transition` (409)
 */
export function stepTo<S extends string, To extends S>(table: Transitions<S>, from: S, to: To, what: string): { readonly state: To } {
  assertMove(table, from, to, what);
  return { state: to };
}

export const isFinal = <S extends string>(table: Transitions<S>, state: S): boolean => table[state].length === 0;
