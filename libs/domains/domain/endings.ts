import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const domainsEndings: EndingRules = {
  belongs: {
    domain: { table: 'domains.operation_domains', columns: { authorisation: 'authorisation_id', domain: 'id' } },
  },
  acts: {
    'domain.requested': { kind: 'authorisation', at: 'body.authorisationId', until: 'closing' },
    'domain.probing-ordered': { kind: 'domain', at: 'params.id', until: 'closing' },
    'domain.loss-accepted': { kind: 'domain', at: 'params.id', until: 'closing' },
    'domain.plan-read': { kind: 'domain', at: 'params.id', until: 'ended' },
    'catalogue-image.listed': 'nothing',
    'catalogue-image.withdrawn': 'nothing',
  },
};
