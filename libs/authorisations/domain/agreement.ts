import { type Day, type Digest, type Id, type Instant, digestOf } from '#kernel';
import type { AgreementItemKey } from './agreement-items.js';
import { refuse } from './refusals.js';

/** One version of the agreement's items. Earlier versions stay readable; one stands at a time (AUTH-22). */
export interface AgreementVersion {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly revision: number;
  readonly items: Readonly<Partial<Record<AgreementItemKey, string>>>;
  /** Digest of the signed scan. */
  readonly scan: Digest | null;
  readonly seal: SealUse | null;
  readonly consultations: readonly Consultation[];
  readonly collectiveDecision: string | null;
  /** Reference of the government's consent: without it nobody may sign (AUTH-25). */
  readonly governmentApproval: string | null;
  readonly proposedAt: Instant;
  readonly inForceFrom: Day | null;
}

/** Register entry of the contract seal (ADM-05). */
export interface SealUse {
  readonly personId: Id;
  readonly at: Instant;
  readonly digest: Digest;
}

/** A department's answer to the text whose digest it saw (AUTH-14). */
export interface Consultation {
  readonly department: string;
  readonly digest: Digest;
  readonly answeredOn: Day | null;
}

/** Digest of what is agreed: the items alone, so that signing and sealing do not change it. */
export const agreementDigest = (items: AgreementVersion['items']): Digest => digestOf(items);

export const missingItems = (items: AgreementVersion['items'], mandatory: readonly AgreementItemKey[]): AgreementItemKey[] =>
  mandatory.filter((key) => (items[key] ?? '').trim() === '');

/** @throws Refusal `agreement.items-missing` naming them, `agreement.scan-missing`, `agreement.seal-unregistered`, `agreement.no-government-approval`. */
export function checkAgreement(agreement: AgreementVersion, mandatory: readonly AgreementItemKey[]): void {
  const missing = missingItems(agreement.items, mandatory);
  if (missing.length > 0) throw refuse('agreement.items-missing', { missing });
  if (!agreement.governmentApproval) throw refuse('agreement.no-government-approval');
  if (!agreement.scan) throw refuse('agreement.scan-missing');
  if (agreement.seal?.digest !== agreement.scan) throw refuse('agreement.seal-unregistered');
}

/** @throws Refusal `agreement.consultation-missing` naming who must still answer this text, `agreement.no-collective-decision` (AUTH-14). */
export function checkConsultation(agreement: AgreementVersion): void {
  const digest = agreementDigest(agreement.items);
  const open = agreement.consultations.filter((each) => each.answeredOn === null || each.digest !== digest).map((each) => each.department);
  if (agreement.consultations.length === 0 || open.length > 0) throw refuse('agreement.consultation-missing', { departments: open });
  if (!agreement.collectiveDecision) throw refuse('agreement.no-collective-decision');
}

/** The version that stands on a day: the latest that was in force by then. */
export const agreementOn = (versions: readonly AgreementVersion[], day: Day): AgreementVersion | undefined =>
  versions.filter((each) => each.inForceFrom !== null && each.inForceFrom <= day).toSorted((a, b) => b.revision - a.revision)[0];
