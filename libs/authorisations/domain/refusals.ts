import { refuserOf, type Id, type Refusal, type RefusalCatalogue } from '#kernel';
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
  'agreement.not-found': {
    status: 404,
    zh: '没有该协议版本。',
    en: 'There is no such version of an agreement.',
    satisfyZh: '请核对编号。',
    satisfyEn: 'Check the id.',
  },
  'working-year.not-found': {
    status: 404,
    zh: '没有该年度的工作日安排。',
    en: 'There is no such year of working days.',
    satisfyZh: '请核对编号，或录入该年度的工作日安排。',
    satisfyEn: 'Check the id, or enter that year.',
  },
} as const satisfies RefusalCatalogue;

/** A refusal of this catalogue: a code that does not stand in it does not compile. */
export const refuse = refuserOf(refusals);
/** For other contexts too: what is not theirs to see does not exist for them. */
export const authorisationNotFound = (id: Id): Refusal => refuse('authorisation.not-found', { id });
/** For other contexts too: what is not theirs to see does not exist for them. */
export const scenarioNotFound = (id: Id): Refusal => refuse('scenario.not-found', { id });
