import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const identityEndings: EndingRules = {
  belongs: {},
  acts: {
    'organisation.registered': 'nothing',
    'person.registered': 'nothing',
    'person.affiliated': 'nothing',
    'person.affiliation-ended': 'nothing',
    'person.role-granted': 'nothing',
    'person.role-ended': 'nothing',
    'person.record-filed': 'nothing',
    'person.record-withdrawn': 'nothing',
    'person.locked': 'nothing',
    'person.lock-lifted': 'nothing',
    'role-proposal.opened': 'nothing',
    'role-proposal.confirmed': 'nothing',
    'role-proposal.refused': 'nothing',
    'role-proposal.withdrawn': 'nothing',
  },
};
