import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const datasetsEndings: EndingRules = {
  belongs: {
    'dataset-copy': { table: 'datasets.dataset_copies', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
  },
  acts: {
    'dataset.registered': 'nothing',
    'dataset.fields-decided': 'nothing',
    'dataset.fields-approved': 'nothing',
    'dataset.frozen': 'nothing',
    'dataset.thawed': 'nothing',
    'dataset-copy.delivered': { kind: 'scenario', at: 'body.scenarioId', until: 'closing' },
    'upload.created': 'nothing',
    'upload.written': 'nothing',
    'upload.tried': 'nothing',
    'upload.destroyed': 'nothing',
  },
};
