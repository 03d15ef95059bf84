import type { Day, Id, Instant } from '#kernel';
import { isPast } from './calendar-day.js';
import { refuse } from './refusals.js';

/** A consent that the platform's user-authorisation service keeps; here only its reference (ACC-03, REQ-08). */
export interface ConsentReference {
  readonly id: Id;
  readonly service: string;
  readonly reference: string;
  /** The subject as that service names it: a reference, never a name or number of a person. */
  readonly subject: string;
  readonly items: readonly string[];
  readonly purpose: string;
  readonly scenarioId: Id;
  readonly expiresOn: Day;
  readonly withdrawnAt: Instant | null;
}

const wildcard = /^\s*(?:\*|%|all|any|全部|所有|一切|任意)(?:.*(?:字段|数据|信息|用途|目的|fields?|data|items?|purposes?))?\s*$/iu;
const bundling = /[;；、]|(?:以及|和其他|及其他|等(?:用途|目的)?$)|\band\/or\b|\bany\b/iu;

/** Whether a name stands for everything, in either language. */
export const isWildcard = (text: string): boolean => wildcard.test(text) || text.includes('*');

/** @throws Refusal `consent.incomplete`, `consent.blanket`, `consent.purposes-bundled` (REQ-08). */
export function checkConsent(consent: Omit<ConsentReference, 'id' | 'withdrawnAt'>): void {
  const missing = (['service', 'reference', 'subject', 'purpose', 'scenarioId'] as const).filter((key) => consent[key].trim() === '');
  if (missing.length > 0 || consent.items.length === 0)
    throw refuse('consent.incomplete', { missing: consent.items.length === 0 ? [...missing, 'items'] : missing });
  if ([...consent.items, consent.subject, consent.purpose].some(isWildcard)) throw refuse('consent.blanket');
  if (bundling.test(consent.purpose)) throw refuse('consent.purposes-bundled');
}

export type ConsentStanding = 'valid' | 'expired' | 'withdrawn' | 'other-scenario' | 'not-covering';

/** Asked when a request is judged and again before every run. */
export function consentStanding(consent: ConsentReference, field: string, scenarioId: Id, now: Instant): ConsentStanding {
  if (consent.scenarioId !== scenarioId) return 'other-scenario';
  if (consent.withdrawnAt !== null && consent.withdrawnAt <= now) return 'withdrawn';
  if (isPast(consent.expiresOn, now)) return 'expired';
  return consent.items.includes(field) ? 'valid' : 'not-covering';
}
