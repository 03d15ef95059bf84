/** Who takes part in a review. Which organisation acts in a role is said when the review is opened. */
export const partyRoles = [
  'authority',
  'provider',
  'industry-authority',
  'data-administration',
  'city-authority',
  'provincial-authority',
  'expert-panel',
  'coordination-body',
  'government',
  'operating-unit',
] as const;
export type PartyRole = (typeof partyRoles)[number];

/** Kinds of organisation that can act in a role: whoever opens a review says which organisation it is, and must not make one up (ACC-05). */
export const kindsOfParty: Readonly<Record<PartyRole, readonly string[]>> = {
  authority: ['authority'],
  provider: ['provider'],
  'industry-authority': ['industry-authority', 'authority'],
  'data-administration': ['authority'],
  'city-authority': ['authority'],
  'provincial-authority': ['authority'],
  'expert-panel': ['evaluator', 'authority'],
  'coordination-body': ['authority'],
  government: ['authority'],
  'operating-unit': ['unit'],
};
