/** Everything that a seat rests on, by name; the list itself, with its rules, stands in seat-conditions.ts. */
export const conditionNames = [
  'identity-verified',
  'filed',
  'vetted',
  'agreement-in-term',
  'training-passed',
  'affiliated',
  'not-locked',
  'scenario-approved',
  'authorisation-in-force',
  'basis-stands',
  'not-suspended',
  'within-term',
] as const;
export type ConditionName = (typeof conditionNames)[number];
