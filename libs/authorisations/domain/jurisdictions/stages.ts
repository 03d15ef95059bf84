import type { Stage } from './profile.js';

const screening: Stage = { key: 'screening', party: 'authority', zh: '初审', en: 'screening' };
const experts: Stage = { key: 'expert-review', party: 'expert-panel', zh: '专家评审', en: 'expert review' };
const coordination: Stage = { key: 'coordination', party: 'coordination-body', zh: '协调机制审议', en: 'coordination body' };
const government: Stage = { key: 'government-decision', party: 'government', zh: '政府审定', en: 'government decision' };

/** 浙江: screening, expert review, coordination body, government decision, in this order (AUTH-09). */
export const zhejiangStages: readonly Stage[] = [screening, experts, coordination, government];

/** 青田 二(三): members of the coordination body, the provider and experts review together. */
export const qingtianStages: readonly Stage[] = [
  screening,
  { ...coordination, zh: '联合评审（协调机制成员单位）', en: 'joint review: members of the coordination body' },
  { key: 'provider-review', party: 'provider', together: true, zh: '联合评审（数据提供单位）', en: 'joint review: data provider' },
  { ...experts, together: true, zh: '联合评审（专家）', en: 'joint review: experts' },
  government,
];

/** 滨州 13: experts together with the industry authority, then the government; no coordination body. */
export const binzhouStages: readonly Stage[] = [
  screening,
  experts,
  {
    key: 'industry-review',
    party: 'industry-authority',
    together: true,
    zh: '会同行业主管部门评审',
    en: 'review by the industry authority',
  },
  government,
];

/** 长春 9: ends with the coordination group; no government stage. */
export const changchunStages: readonly Stage[] = [screening, experts, { ...coordination, zh: '协调工作组审定', en: 'coordination group' }];

/** 涞源 三(三)1: the operator is chosen by competition (AUTH-01). */
export const competitiveSelection: readonly Stage[] = [
  { key: 'selection', party: 'authority', zh: '竞争性择优', en: 'competitive selection' },
];
