import { Refusal, type Dependency } from '#kernel';
import { isDatabaseAway } from '#platform/database';

/** What is away, where that is why a try came to nothing; nothing where the fault is the work's own. */
export function awaitedBy(fault: unknown): Dependency | undefined {
  if (fault instanceof Refusal) return fault.awaits;
  return isDatabaseAway(fault) ? 'database' : undefined;
}
