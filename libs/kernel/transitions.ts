import { refuse } from './refusal.js';

/** Every edge of a state machine, in one table: what is not listed cannot happen. */
export type Transitions<S extends string> = Readonly<Record<S, readonly S[]>>;

export const mayMove = <S extends string>(table: Transitions<S>, from: S, to: S): boolean => table[from].includes(to);

/** @throws Refusal `state.no-such-transition` (409) naming both states and what is possible. */
export function assertMove<S extends string>(table: Transitions<S>, from: S, to: S, what: string): void {
  if (!mayMove(table, from, to)) throw refuse('state.no-such-transition', { what, from, to, possible: [...table[from]] });
}

export const isFinal = <S extends string>(table: Transitions<S>, state: S): boolean => table[state].length === 0;
