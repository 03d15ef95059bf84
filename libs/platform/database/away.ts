import { Refusal } from '#kernel';
import { outageRefusal } from './outage.js';

const away: ReadonlySet<string> = new Set(['database.unreachable', 'database.busy', 'database.limit-reached']);

/**
 * Whether a fault says that the database is away, or not to be had now: whatever was asked, nothing is known of how it ended. Also one
 * that was made a refusal already, as where a connection was not to be had.
 */
export const isDatabaseAway = (fault: unknown): boolean =>
  fault instanceof Refusal ? away.has(fault.code) : outageRefusal(fault) !== undefined;
