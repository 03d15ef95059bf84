import { Refusal, type Dependency } from '#kernel';
import { isDatabaseAway } from '#platform/database';

/** What is away, where that is why a try came to nothing; nothing where the fault is the work's own. */
export function awaitedBy(fault: unknown): Dependency | undefined {
  if (fault instanceof Refusal) return fault.awaits;
  return isDatabaseAway(fault) ? 'database' : undefined;
}

/** What a log, a row or an answer may say of a fault: a code, never a message. */
export const codeOf = (fault: unknown): string => (fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'unknown');
