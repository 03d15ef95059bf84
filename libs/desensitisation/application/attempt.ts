import { Refusal } from '#kernel';
import type { EngineCause } from '#platform/engine';

/** One try of queued work. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly lastAttempt: boolean;
  readonly traceparent?: string;
}

/** Ends that say nothing of the work itself: the process was killed, or this worker is being stopped. */
const passing: ReadonlySet<string> = new Set(['engine.process-lost', 'engine.cancelled']);

/** The cause as a refusal, thrown where another try may do better. */
export function mayBeTriedAgain(cause: EngineCause, attempt: Attempt): Refusal {
  const { code, ...details } = cause;
  const refusal = new Refusal(code, { ...details });
  if (code === 'engine.cancelled' || (passing.has(code) && !attempt.lastAttempt)) throw refusal;
  return refusal;
}
