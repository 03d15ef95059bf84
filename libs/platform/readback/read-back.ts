import { codeOf, Refusal, type RecoveryTry } from '#kernel';

/** A store's own word that something is not in it, and which store that is. */
export interface Absence {
  readonly answer: string;
  readonly store: string;
}
export interface ReadBackAttempt {
  readonly how: string;
  /** Gets it back, or throws. @returns which store gave it out. */
  readonly recover: () => Promise<string>;
  /** Asked after a failure: the store proves to be there and looks. @returns undefined where the thing is there but could not be read. */
  readonly absence: () => Promise<Absence | undefined>;
}

/** The cause, and what the refusal itself names: objects, stores and their words, never contents. */
export function failureOf(fault: unknown): string {
  const { left, cause } = fault instanceof Refusal ? fault.details : {};
  const named = [...(typeof cause === 'string' ? [cause] : []), ...(Array.isArray(left) ? left.map(String) : [])];
  return named.length === 0 ? codeOf(fault) : `${codeOf(fault)}: ${named.join('; ')}`;
}

/** One attempt to get something back, in three values. That it failed is never the proof: only an absence that was read is. */
export async function readBack({ how, recover, absence }: ReadBackAttempt): Promise<RecoveryTry> {
  try {
    return { how, outcome: 'recovered', answer: 'it came back', store: await recover() };
  } catch (fault) {
    try {
      const absent = await absence();
      if (absent !== undefined) return { how, outcome: 'gone', ...absent };
      return { how, outcome: 'unknown', answer: `${codeOf(fault)}, though it is still there`, store: null };
    } catch (silence) {
      return { how, outcome: 'unknown', answer: codeOf(silence), store: null };
    }
  }
}
