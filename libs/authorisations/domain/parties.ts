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
