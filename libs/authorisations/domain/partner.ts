import { type Day, type Digest, type Id, type Instant, digestOf, stepTo } from '#kernel';
import { type Approval, type Slot, covers, slotsTogether } from './approval.js';
import type { Authorisation } from './authorisation.js';
import { isInForce } from './authorisation.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import type { Acting, PartyRole } from './parties.js';
import { type PartnerState, partnerTransitions } from './partner.states.js';
import { refuse } from './refusals.js';

/**
 * Another's way into an authorisation: `admission` of a secondary developer (AUTH-27, AUTH-28) or technical `cooperation` (AUTH-30).
 * Seats of outside people hang on an approved record and end with it (SEAT-04).
 */
export interface PartnerRecord {
  readonly id: Id;
  readonly kind: 'admission' | 'cooperation';
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly unitId: Id;
  readonly organisationId: Id;
  /** The record that this one hangs on, such as the cooperation of a developer's supplier; `null`: directly on the authorisation. */
  readonly parentId: Id | null;
  readonly scope: string;
  readonly until: Day;
  readonly files: readonly { readonly kind: PartnerFileKind; readonly digest: Digest }[];
  readonly revision: number;
  readonly state: PartnerState;
  readonly requesterId: Id;
  readonly approvedAt: Instant | null;
}

export const partnerFileKinds = ['qualification', 'compliance', 'security', 'self-check-report', 'usage-statement'] as const;
export type PartnerFileKind = (typeof partnerFileKinds)[number];

const needed: Record<PartnerRecord['kind'], readonly PartnerFileKind[]> = {
  admission: ['qualification', 'compliance', 'security', 'self-check-report', 'usage-statement'],
  cooperation: ['security'],
};

export interface PartnerFacts {
  readonly authorisation: Authorisation;
  readonly profile: ResolvedProfile;
  readonly parent: PartnerRecord | null;
  /** The unit's declared affiliates; `null`: none declared yet, which is not the same as none. */
  readonly affiliates: readonly Id[] | null;
}

export const partnerDigest = (record: PartnerRecord): Digest =>
  digestOf({
    kind: record.kind,
    scenarioId: record.scenarioId,
    organisationId: record.organisationId,
    parentId: record.parentId,
    scope: record.scope,
    until: record.until,
    files: record.files,
  });

const move = <To extends PartnerState>(record: PartnerRecord, to: To): { readonly state: To } =>
  stepTo<PartnerState, To>(partnerTransitions, record.state, to, 'partner');

/**
 * Sends a record to its parties: four for an admission where the profile says so, all on the same files.
 * @throws Refusal `partner.authorisation-not-in-force`, `partner.files-missing`, `partner.beyond-term`, `partner.re-grant`,
 * `partner.affiliates-undeclared`, `partner.own-redevelopment`.
 */
export function decidePartnerReview(
  record: PartnerRecord,
  facts: PartnerFacts,
  acting: Acting,
): { change: { readonly state: 'reviewing'; revision: number }; slots: Slot[] } {
  const moved = move(record, 'reviewing');
  if (!isInForce(facts.authorisation)) throw refuse('partner.authorisation-not-in-force', { authorisationId: facts.authorisation.id });
  const missing = needed[record.kind].filter((kind) => !record.files.some((file) => file.kind === kind));
  if (missing.length > 0) throw refuse('partner.files-missing', { missing });
  const latest = facts.parent ? min(facts.parent.until, facts.authorisation.term.until) : facts.authorisation.term.until;
  if (record.until > latest) throw refuse('partner.beyond-term', { until: record.until, latest });
  checkParent(record, facts.parent);
  if (record.kind === 'admission') checkRedevelopment(record, facts);
  const parties = partiesOf(record.kind, facts.profile);
  return { change: { ...moved, revision: record.revision + 1 }, slots: slotsTogether(parties, acting) };
}

/** Who reviews: four for an admission where the profile says so. */
export const partiesOf = (kind: PartnerRecord['kind'], profile: ResolvedProfile): readonly PartyRole[] =>
  valueOf(profile, kind === 'admission' ? 'admissionParties' : 'cooperationParties');

const min = (a: Day, b: Day): Day => (a < b ? a : b);

/** A developer may bring in a cooperating supplier, but never another developer: no re-granting (AUTH-26). */
function checkParent(record: PartnerRecord, parent: PartnerRecord | null): void {
  if (record.parentId === null) return;
  if (parent?.state !== 'approved' || parent.scenarioId !== record.scenarioId)
    throw refuse('partner.parent-not-approved', { parentId: record.parentId });
  if (record.kind === 'admission') throw refuse('partner.re-grant', { parentId: record.parentId });
}

/** A unit does not redevelop what it operates, neither itself nor through affiliates (AUTH-29). */
function checkRedevelopment(record: PartnerRecord, facts: PartnerFacts): void {
  if (valueOf(facts.profile, 'selfRedevelopment')) return;
  if (facts.affiliates === null) throw refuse('partner.affiliates-undeclared', { unitId: record.unitId });
  if (record.organisationId === record.unitId || facts.affiliates.includes(record.organisationId))
    throw refuse('partner.own-redevelopment', { organisationId: record.organisationId });
}

/** @throws Refusal `partner.not-approved-by-all`: a refusal, a missing vote or a changed file keeps it closed (AUTH-27). */
export function decidePartnerApproval(
  record: PartnerRecord,
  approval: Approval | undefined,
  now: Instant,
): { readonly state: 'approved'; approvedAt: Instant } {
  const moved = move(record, 'approved');
  if (!covers(approval, record.revision, partnerDigest(record))) throw refuse('partner.not-approved-by-all', { recordId: record.id });
  return { ...moved, approvedAt: now };
}

export const decidePartnerRejection = (record: PartnerRecord): { readonly state: 'rejected' } => move(record, 'rejected');
