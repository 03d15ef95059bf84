import type { Id } from '#kernel';

/** Who takes part in a review. Which organisation that is follows from the matter itself or stands in the region's register of bodies. */
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

/** An organisation as it stands in the register of bodies. */
export interface RegisteredBody {
  readonly organisationId: Id;
  readonly bodyId: Id;
}
/** Who acts as which party: an organisation that the matter itself names, or a registered body. */
export type Acting = Readonly<Partial<Record<PartyRole, Id | RegisteredBody>>>;
export type Bodies = Readonly<Partial<Record<PartyRole, RegisteredBody>>>;

/** The two that no register names: the deciding authority and the unit are those of the matter. */
export const registrableParties = partyRoles.filter((party) => party !== 'authority' && party !== 'operating-unit');

/** Kinds of organisation that can act in a role (ACC-05). */
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
