import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const terminationsEndings: EndingRules = {
  belongs: {
    termination: { table: 'terminations.terminations', columns: { authorisation: 'authorisation_id' } },
  },
  acts: {
    'termination.opened': [
      { kind: 'authorisation', at: 'body.authorisationId', until: 'ended' },
      { kind: 'scenario', at: 'body.scenarioId', until: 'ended' },
    ],
    'termination.confirmed': { kind: 'termination', at: 'params.id', until: 'ended' },
    'termination.exit-decided': { kind: 'termination', at: 'params.id', until: 'ended' },
    'termination.destruction-ordered': { kind: 'termination', at: 'params.id', until: 'ended' },
    'legal-hold.placed': { at: 'body.target', until: 'ended' },
    'legal-hold.lifted': 'afterwards',
  },
};
