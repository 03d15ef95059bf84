import type { EndingRules } from '#kernel';

/** Logs outlive what they tell of (LOG-01). */
export const networkLogsEndings: EndingRules = {
  belongs: {},
  acts: {
    'network-log-segment.sealed': 'afterwards',
    'network-log-segment.deleted': 'afterwards',
  },
};
