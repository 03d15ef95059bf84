/** What an operation agreement must hold (AUTH-13); which of them are mandatory stands in the profile. */
export const agreementItemKeys = [
  'scope',
  'term',
  'mode',
  'revenue-method',
  'security-requirements',
  'asset-disposal',
  'exit',
  'liability',
  'information-disclosure',
  'intellectual-property',
  'change-of-terms',
  'risk-monitoring',
  'resource-catalogue',
  'products-and-standards',
  'supporting-platform',
  'dispute-resolution',
] as const;
export type AgreementItemKey = (typeof agreementItemKeys)[number];

/** The eight items that every one of the texts names. */
export const commonItems = [
  'scope',
  'term',
  'mode',
  'revenue-method',
  'security-requirements',
  'asset-disposal',
  'exit',
  'liability',
] as const satisfies readonly AgreementItemKey[];
