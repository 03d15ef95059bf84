import { outageRefusal } from './outage.js';

/** Whether a fault says that the database is away, or not to be had now: whatever was asked, nothing is known of how it ended. */
export const isDatabaseAway = (fault: unknown): boolean => outageRefusal(fault) !== undefined;
