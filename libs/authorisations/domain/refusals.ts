import { type Json, type Refusal, type RefusalCatalogue, refuse as refuseBy } from '#kernel';
import { applicationRefusals } from './refusals/application.refusals.js';
import { approvalRefusals } from './refusals/approval.refusals.js';
import { partnerRefusals } from './refusals/partner.refusals.js';
import { profileRefusals } from './refusals/profile.refusals.js';
import { scenarioRefusals } from './refusals/scenario.refusals.js';
import { stageBodyRefusals } from './refusals/stage-body.refusals.js';
import { standingRefusals } from './refusals/standing.refusals.js';
import { suspensionRefusals } from './refusals/suspension.refusals.js';

/** Every refusal of this context, in both languages. */
export const refusals = {
  ...applicationRefusals,
  ...standingRefusals,
  ...profileRefusals,
  ...approvalRefusals,
  ...scenarioRefusals,
  ...suspensionRefusals,
  ...partnerRefusals,
  ...stageBodyRefusals,
} as const satisfies RefusalCatalogue;

/** A refusal of this context: a code that does not stand in the catalogue does not compile. */
export const refuse = (code: keyof typeof refusals, details: Readonly<Record<string, Json>> = {}): Refusal => refuseBy(code, details);
