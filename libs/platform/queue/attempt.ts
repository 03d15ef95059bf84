import { Refusal } from '#kernel';
import type { JobRun } from './handlers.js';

/** Codes of what is broken around a piece of work and not in it: another try may do better. */
const aroundIt = /^(?:keys|objects|state|queue|audit)\.|^engine\.(?:scratch-full|process-lost)$/;

/**
 * Whether a failed try ends its work: a refusal by the work's own rules does at once, what is broken around it with the last try.
 * Nothing ends work whose signal is aborted: it was cancelled, lost its lease, or its worker drains.
 */
export const endsWork = (fault: unknown, { signal, lastAttempt }: Pick<JobRun, 'signal' | 'lastAttempt'>): fault is Refusal =>
  fault instanceof Refusal && !signal.aborted && (lastAttempt || !aroundIt.test(fault.code));
