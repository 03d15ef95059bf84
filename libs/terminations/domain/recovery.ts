import type { HoldingName, Instant, RecoveryTry } from '#kernel';

/** One attempt to get back what was destroyed: a canary, a kept ciphertext, an object that a record names. */
export interface RecoveryAttempt extends RecoveryTry {
  readonly holding: HoldingName;
  readonly at: Instant;
}
type Told = Pick<RecoveryAttempt, 'at' | 'outcome' | 'answer' | 'store'>;

export const sameAttempt = (a: RecoveryAttempt, b: RecoveryAttempt): boolean => a.holding === b.holding && a.how === b.how;

/**
 * The control before anything is destroyed: what an attempt was answered when it first was answered at all stands; one that nobody
 * answered is tried again. While any is unknown nothing is destroyed, since its failing later would show nothing.
 */
export const controlOf = (kept: readonly RecoveryAttempt[], tried: readonly RecoveryAttempt[]): readonly RecoveryAttempt[] => {
  const known = kept.filter(({ outcome }) => outcome !== 'unknown');
  return [...known, ...tried.filter((attempt) => !known.some((other) => sameAttempt(other, attempt)))];
};

/** The same attempt before and after. Telling: it came back before, and the same store says now that it is gone. */
export interface RecoveryProof {
  readonly holding: HoldingName;
  readonly how: string;
  readonly before: Told | null;
  readonly after: Told;
  readonly telling: boolean;
}

const told = ({ at, outcome, answer, store }: RecoveryAttempt): Told => ({ at, outcome, answer, store });

export const proofsOf = (before: readonly RecoveryAttempt[], after: readonly RecoveryAttempt[]): readonly RecoveryProof[] =>
  after.map((attempt) => {
    const control = before.find((candidate) => sameAttempt(candidate, attempt));
    return {
      holding: attempt.holding,
      how: attempt.how,
      before: control ? told(control) : null,
      after: told(attempt),
      telling: control?.outcome === 'recovered' && attempt.outcome === 'gone',
    };
  });

/** Why an attempt after the destruction does not show that the thing is gone; null where it does. */
export function notShown({ before, after }: RecoveryProof): string | null {
  if (after.outcome === 'unknown') return `unknown: ${after.answer}`;
  if (before === null || before.outcome === 'unknown')
    return 'unknown: it had never been read before, so that not reading it shows nothing';
  if (before.store !== after.store) return 'unknown: another store answered than the one that had it';
  return null;
}
