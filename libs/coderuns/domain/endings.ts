import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const coderunsEndings: EndingRules = {
  belongs: {
    'code-submission': { table: 'coderuns.submissions', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
    'code-run': { table: 'coderuns.runs', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
  },
  acts: {
    'code-submission.submitted': { kind: 'scenario', at: 'body.scenarioId', until: 'closing' },
    'code-submission.decided': { kind: 'code-submission', at: 'params.id', until: 'closing' },
    'code-run.trial-ordered': { kind: 'code-submission', at: 'params.id', until: 'closing' },
    'code-run.ordered': { kind: 'code-submission', at: 'body.submissionId', until: 'closing' },
    'code-run.cancelled': { kind: 'code-run', at: 'params.id', until: 'ended' },
  },
};
