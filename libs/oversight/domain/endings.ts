import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const oversightEndings: EndingRules = {
  belongs: {},
  acts: {
    'work.retried': 'afterwards',
  },
};
