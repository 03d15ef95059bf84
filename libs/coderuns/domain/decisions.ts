import { mayMove, type Id } from '#kernel';
import { type SubmissionState, submissionTransitions } from './states.js';
import { refuse } from './refusals.js';

interface ReviewFacts {
  readonly state: SubmissionState;
  readonly digest: string;
  readonly unitId: Id;
  readonly submittedBy: Id;
}

/** Whether this person may review this code: not of the unit that wrote it, not who submitted it, and exactly what they read. */
export function assertReviewable(facts: ReviewFacts, reviewer: { personId: Id; organisationIds: readonly Id[] }, seen: string): void {
  if (!mayMove(submissionTransitions, facts.state, 'reviewed')) throw refuse('coderuns.already-reviewed', { state: facts.state });
  if (reviewer.organisationIds.includes(facts.unitId) || reviewer.personId === facts.submittedBy) throw refuse('coderuns.reviewer-of-unit');
  if (seen !== facts.digest) throw refuse('coderuns.code-changed');
}

/** Only reviewed code touches raw data, and never to train on it (MOD-02, MOD-03). */
export function assertMayRunOnRaw(submission: { readonly state: SubmissionState; readonly purpose: 'run' | 'train' }): void {
  if (submission.purpose === 'train') throw refuse('coderuns.training-on-raw');
  if (submission.state !== 'reviewed') throw refuse('coderuns.not-reviewed', { state: submission.state });
}

/** Holdings whose provider allows no joins are read alone. */
export function assertJoinable(datasets: readonly { readonly id: Id; readonly useConditions: { readonly noJoin: boolean } }[]): void {
  const alone = datasets.find((dataset) => dataset.useConditions.noJoin);
  if (alone !== undefined && new Set(datasets.map(({ id }) => id)).size > 1)
    throw refuse('coderuns.join-not-allowed', { datasetId: alone.id });
}
