import type { EndingRules } from '#kernel';

/** What was used until the end is settled after it. */
export const meteringEndings: EndingRules = {
  belongs: {},
  acts: {
    'price.set': { kind: 'authorisation', at: 'body.authorisationId', until: 'ended' },
    'price.applied': 'afterwards',
    'charge.reversed': 'afterwards',
    'income.declared': 'afterwards',
  },
};
