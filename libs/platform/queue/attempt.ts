import { Refusal } from '#kernel';
import type { JobRun } from './handlers.js';

/**
 * Whether a failed try ends its work: a refusal by the work's own rules does at once, what is broken around it (`transient` in its
 * catalogue) with the last try.
 * Nothing ends work whose signal is aborted: it was cancelled, lost its lease, or its worker drains.
 */
export const endsWork = (fault: unknown, { signal, lastAttempt }: Pick<JobRun, 'signal' | 'lastAttempt'>): fault is Refusal =>
  fault instanceof Refusal && !signal.aborted && (lastAttempt || !fault.transient);
