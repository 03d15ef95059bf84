import type { Call } from './call.js';

/**
 * What may happen to a call.
 * `before`: its connection breaks, and the server never heard of it.
 * `after`: the server did it, and its answer is lost with the connection.
 * `hang`: nothing is heard any more, until the caller's own limit.
 * `death`: the server did it, and the process that asked is killed (SIGKILL) before it hears of it.
 */
export const faults = ['before', 'after', 'hang', 'death'] as const;
export type Fault = (typeof faults)[number];

/** What is undone with its connection: a statement of an open transaction, which reads or writes. */
export type Undone = 'read' | 'write';
/**
 * Faults that differ from one another. Of a statement that is undone with its connection nobody outside can tell whether the server did
 * it; where it only reads, nor whether its process died then or at the next one.
 */
export const faultsOf = (undone: Undone | undefined): readonly Fault[] =>
  faults.filter((fault) => undone === undefined || fault === 'before' || fault === 'hang' || (fault === 'death' && undone === 'write'));

/** What a relay knows of the process whose calls pass through it. */
export interface Watched {
  /** Asked for each call, before it goes on. @returns what is to happen to it, if anything */
  readonly struck: (dependency: Call['dependency'], shape: string, undone?: Undone) => Fault | undefined;
  /** Kills it. */
  readonly kill: () => void;
}
