import { Refusal } from '#kernel';
import type { JobRun } from './handlers.js';

/**
 * Whether a try ends its work by what it found: a refusal by the work's own rules does. What another try may cure does not (`transient`,
 * `awaits` in its catalogue), and nothing ends work whose signal is aborted: it was cancelled, lost its lease, or its worker drains.
 */
export const endsWork = (fault: unknown, { signal }: Pick<JobRun, 'signal'>): fault is Refusal =>
  fault instanceof Refusal && !signal.aborted && !fault.transient;
