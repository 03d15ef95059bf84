import type { Day, Instant } from '#kernel';
import { type Deadline, type Fulfilment, deadlineFrom, fulfil, isMissed } from './deadline.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import { type WorkingYear, publishedYears } from './working-days.js';

export const filingKinds = ['agreement', 'province', 'termination'] as const;
export type FilingKind = (typeof filingKinds)[number];

/** A duty to report to a higher body. Without a deadline it simply stays outstanding (AUTH-11, AUTH-12, TERM-04). */
export interface Filing {
  readonly kind: FilingKind;
  readonly deadline: Deadline | null;
  readonly receipt: FilingReceipt | null;
}
export interface FilingReceipt extends Fulfilment {
  readonly number: string;
}

/** @throws Refusal `deadline.calendar-year-missing` rather than a guessed date. */
export function filingsAtSigning(profile: ResolvedProfile, signedOn: Day, years: readonly WorkingYear[] = publishedYears): Filing[] {
  const figure = valueOf(profile, 'agreementFiling');
  const agreement: Filing[] = figure ? [{ kind: 'agreement', deadline: deadlineFrom(signedOn, figure, years), receipt: null }] : [];
  const province: Filing[] = valueOf(profile, 'provincialFiling') ? [{ kind: 'province', deadline: null, receipt: null }] : [];
  return [...agreement, ...province];
}

export function filingsAtTermination(profile: ResolvedProfile, endedOn: Day, years: readonly WorkingYear[] = publishedYears): Filing[] {
  const figure = valueOf(profile, 'terminationFiling');
  return figure ? [{ kind: 'termination', deadline: deadlineFrom(endedOn, figure, years), receipt: null }] : [];
}

export const filingStanding = (filing: Filing, now: Instant): 'filed' | 'filed-late' | 'outstanding' | 'overdue' => {
  if (filing.receipt) return filing.receipt.late ? 'filed-late' : 'filed';
  return filing.deadline && isMissed(filing.deadline, now) ? 'overdue' : 'outstanding';
};

/** Lateness is measured by the moment of recording: a late filing cannot be back-dated. @throws Refusal `filing.already-filed`, `filing.no-number`. */
export function decideFiling(filing: Filing, number: string, happenedOn: Day, now: Instant): Filing {
  if (filing.receipt) throw refuse('filing.already-filed', { number: filing.receipt.number });
  if (number.trim() === '') throw refuse('filing.no-number', { kind: filing.kind });
  const fulfilment: Fulfilment = filing.deadline ? fulfil(filing.deadline, happenedOn, now) : { happenedOn, recordedAt: now, late: false };
  return { ...filing, receipt: { number, ...fulfilment } };
}
