import type { Instant } from './clock.js';
import type { Id } from './ids.js';
import { refuse } from './kernel-refusals.js';
import type { CutScope } from './seams.js';

/** What an access epoch is kept of. `rights` are what a person's roles, affiliations and records give them; the other kinds are cut scopes. */
export type EpochKind = CutScope['kind'] | 'rights';
export interface EpochRef {
  readonly kind: EpochKind;
  readonly id: Id;
}
/** Epochs by {@link epochKey}; what was never raised is not in it and counts as 0. */
export type Epochs = ReadonlyMap<string, number>;
export const epochKey = ({ kind, id }: EpochRef): string => `${kind}/${id}`;

/**
 * What one access was let in by: the epochs of its person, seat, authorisation and so on as they stood then, and the first moment at
 * which any of it runs out by itself. Compared again in every transaction of the access and before every piece of a long transfer.
 */
export class Standing {
  private readonly held = new Map<string, { readonly ref: EpochRef; readonly epoch: number }>();
  private ends: Instant | null = null;

  get refs(): readonly EpochRef[] {
    return [...this.held.values()].map(({ ref }) => ref);
  }

  /**
   * Adds what the access rests on from now on. What it rests on already stays as it was first read.
   * @param epochs read in the transaction that decided to let it in
   * @param until when it runs out by itself; null when it does not
   */
  rest(refs: readonly EpochRef[], epochs: Epochs, until: Instant | null = null): void {
    for (const ref of refs) {
      const key = epochKey(ref);
      if (!this.held.has(key)) this.held.set(key, { ref, epoch: epochs.get(key) ?? 0 });
    }
    if (until !== null && (this.ends === null || until < this.ends)) this.ends = until;
  }

  /**
   * @param raised keys of epochs that the access itself has raised, which do not end it
   * @throws Refusal `access.ended` naming what was cut, or has run out, since the access was let in
   */
  compare(now: Epochs, at: Instant, raised: ReadonlySet<string> = new Set()): void {
    for (const [key, { ref, epoch }] of this.held)
      if (!raised.has(key) && (now.get(key) ?? 0) !== epoch) throw refuse('access.ended', { what: ref.kind, id: ref.id });
    if (this.ends !== null && at >= this.ends) throw refuse('access.ended', { what: 'term', id: this.ends });
  }
}
