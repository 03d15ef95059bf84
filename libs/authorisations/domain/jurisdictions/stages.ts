import type { Stage } from './profile.js';

/** Screening, expert review, coordination body, government decision, in this order (AUTH-09). */
export const fourStages: readonly Stage[] = [
  { key: 'screening', party: 'authority', zh: '初审', en: 'screening' },
  { key: 'expert-review', party: 'expert-panel', zh: '专家评审', en: 'expert review' },
  { key: 'coordination', party: 'coordination-body', zh: '协调机制审议', en: 'coordination body' },
  { key: 'government-decision', party: 'government', zh: '政府审定', en: 'government decision' },
];

/** 涞源 三(三)1: the operator is chosen by competition (AUTH-01). */
export const competitiveSelection: readonly Stage[] = [
  { key: 'selection', party: 'authority', zh: '竞争性择优', en: 'competitive selection' },
];
