import type { EndingRules } from '#kernel';

/** What of this context stands under something that can end, and how its acts do. */
export const auditEndings: EndingRules = {
  belongs: {},
  acts: {
    'audit-witness.registered': 'nothing',
    'audit-witness.cosigned': 'nothing',
    'audit-case.issued': 'nothing',
  },
};
