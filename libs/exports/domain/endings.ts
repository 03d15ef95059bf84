import type { EndingRules } from '#kernel';

/** What may leave is decided while the rest is closing, and not after the certificate (TERM-07). */
export const exportsEndings: EndingRules = {
  belongs: {
    'export-request': { table: 'exports.export_requests', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
  },
  acts: {
    'export-request.opened': { kind: 'scenario', at: 'body.scenarioId', until: 'ended' },
    'export-request.submitted': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-request.repair-accepted': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-request.withdrawn': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-request.reviewed': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-request.released': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-request.link-issued': { kind: 'export-request', at: 'params.id', until: 'ended' },
    'export-policy.set': 'nothing',
    'export-budget.set': { kind: 'scenario', at: 'params.id', until: 'closing' },
  },
};
