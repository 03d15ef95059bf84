import { commonItems } from '../agreement-items.js';
import { type ChildProfile, byDefault, mustBeEntered, stated, suspensionGrounds } from './profile.js';
import { qingtianStages } from './stages.js';

/** Only what 青田 says itself; everything else is its province's rule (青田 附). */
export const qingtian: ChildProfile = {
  id: 'qingtian',
  version: 1,
  zh: '青田县公共数据授权运营管理实施细则（青政办发〔2024〕8号）',
  en: 'Qingtian county, detailed rules for the authorised operation of public data (2024)',
  parent: 'zhejiang',
  status: 'in-force',
  draftOf: null,
  effectiveFrom: '2024-03-24',
  effectiveUntil: null,
  lifeYears: null,
  notes: [],
  rules: {
    stages: stated(qingtianStages, '青田 一(四)', '青田 二(三)'),
    publicityPeriod: stated(false, '青田 二(四)'),
    agreementItems: stated(commonItems, '青田 一(三)', '青田 二(五)'),
    termLimit: stated({ years: 3, exception: true }, '青田 二(五)'),
    renewalWindow: stated({ months: 6 }, '青田 二(五)'),
    scenarioParties: stated(['authority'], '青田 二(三)'),
    dataRequestParties: stated(['provider', 'authority'], '青田 三(一)'),
    returnedDataConsent: stated(['city', 'province'], '青田 三(一)'),
    externalReference: stated(true, '青田 三(一)'),
    exportReviewers: stated(['authority'], '青田 三(三)'),
    suspensionGrounds: byDefault(suspensionGrounds, 'SUSP-06', '青田 五(五)'),
    rectification: mustBeEntered('青田 五(五)'),
    emergencyPlanDepartments: stated(['cyberspace', 'public-security', 'state-security'], '青田 五(二)5'),
    provincialFiling: stated(true, '青田 二(四)'),
    logRetention: stated({ months: 6 }, '青田 二(六)'),
    annualReport: stated('each-full-year', '青田 三(五)', '青田 五(四)'),
  },
};
