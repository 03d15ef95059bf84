import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const desensitisationEndings: EndingRules = {
  belongs: {
    'desensitisation-plan': { table: 'desensitisation.plans', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
    'desensitisation-run': { table: 'desensitisation.runs', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
  },
  acts: {
    'desensitisation-plan.proposal-ordered': { kind: 'dataset-copy', at: 'params.id', until: 'closing' },
    'desensitisation-plan.changed': { kind: 'desensitisation-plan', at: 'params.id', until: 'closing' },
    'desensitisation-plan.loss-ordered': { kind: 'desensitisation-plan', at: 'params.id', until: 'closing' },
    'desensitisation-plan.approved': { kind: 'desensitisation-plan', at: 'params.id', until: 'closing' },
    'desensitisation-plan.withdrawn': { kind: 'desensitisation-plan', at: 'params.id', until: 'ended' },
    'desensitisation-run.ordered': { kind: 'desensitisation-plan', at: 'body.planId', until: 'closing' },
    'desensitisation-run.cancelled': { kind: 'desensitisation-run', at: 'params.id', until: 'ended' },
  },
};
