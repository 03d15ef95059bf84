import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const seatsEndings: EndingRules = {
  belongs: {
    seat: { table: 'seats.seats', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id' } },
    workspace: { table: 'seats.workspaces', columns: { authorisation: 'authorisation_id', scenario: 'scenario_id', domain: 'domain_id' } },
  },
  acts: {
    'seat.requested': { kind: 'scenario', at: 'body.scenarioId', until: 'closing' },
    'seat.granted': { kind: 'seat', at: 'params.id', until: 'closing' },
    'seat.refused': { kind: 'seat', at: 'params.id', until: 'ended' },
    'workspace.opened': { kind: 'seat', at: 'params.id', until: 'closing' },
    'workspace.closed': { kind: 'workspace', at: 'params.id', until: 'ended' },
    'revocation.ordered': { kind: 'seat', at: 'params.id', until: 'ended' },
    'revocation.person-ordered': 'nothing',
  },
};
