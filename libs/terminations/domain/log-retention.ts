import { addMonths, type Instant, refuse } from '#kernel';

/** Network logs outlive the domain by this many months at least; all five regulations agree (LOG-01). */
const shortestMonths = 6;

/**
 * When a network log record may be deleted at the earliest: the later of its own time and the termination, plus the retention.
 * @param termination null while the authorisation runs: then the record is kept open-endedly by its caller's next evaluation.
 * @throws Refusal `termination.retention-too-short` below six months; the figure can only be raised.
 */
export function logsKeptUntil(recordedAt: Instant, termination: Instant | null, months: number = shortestMonths): Instant {
  if (months < shortestMonths) throw refuse('termination.retention-too-short', { months, least: shortestMonths });
  const start = termination !== null && termination > recordedAt ? termination : recordedAt;
  return addMonths(start, months);
}
