import type { Instant } from '#kernel';

/** One attempt to get back what was destroyed: a canary, a kept ciphertext, a restored backup. */
export interface RecoveryAttempt {
  readonly holding: string;
  readonly how: string;
  readonly at: Instant;
  readonly recovered: boolean;
  /** What came back, as a status; never content. */
  readonly answer: string;
}

const same = (a: RecoveryAttempt, b: RecoveryAttempt): boolean => a.holding === b.holding && a.how === b.how;

/** The same attempt before and after. One that could not recover anything before shows nothing by failing afterwards. */
export interface RecoveryProof {
  readonly holding: string;
  readonly how: string;
  readonly before: { readonly at: Instant; readonly recovered: boolean; readonly answer: string } | null;
  readonly after: { readonly at: Instant; readonly recovered: boolean; readonly answer: string };
  readonly telling: boolean;
}

export const proofsOf = (before: readonly RecoveryAttempt[], after: readonly RecoveryAttempt[]): readonly RecoveryProof[] =>
  after.map((attempt) => {
    const control = before.find((candidate) => same(candidate, attempt));
    return {
      holding: attempt.holding,
      how: attempt.how,
      before: control ? { at: control.at, recovered: control.recovered, answer: control.answer } : null,
      after: { at: attempt.at, recovered: attempt.recovered, answer: attempt.answer },
      telling: control?.recovered === true && !attempt.recovered,
    };
  });
