import { type Instant, isRange, stepTo } from '#kernel';
import { type Approval, covers } from './approval.js';
import type { Authorisation } from './authorisation.js';
import { type ConsentReference, consentStanding, isWildcard } from './consent.js';
import { type DataRequest, type DataRequestItem, type Withheld, itemDigest } from './data-request.js';
import { type DataRequestItemState, dataRequestItemTransitions } from './data-request.states.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import { assertRight } from './rights.js';
import { type Scenario, assertSameScenario, assertUsable } from './scenario.js';

/** What is known of the holding that an item asks for: by the catalogue of datasets, or as the item declares it. */
export interface HoldingFacts {
  readonly datasetId: string;
  /** `null` where only the unit's declaration is known. */
  readonly providerId: string | null;
  /** Every field of the holding, and whether it is sensitive; an ungraded field counts as sensitive (CLS-04). */
  readonly fields: readonly { readonly name: string; readonly sensitive: boolean; readonly graded: boolean }[];
  /** Returned from a higher level of government (REQ-05). */
  readonly returned: boolean;
}

export interface RequestFacts {
  readonly authorisation: Authorisation;
  readonly scenario: Scenario;
  readonly profile: ResolvedProfile;
  readonly holdings: readonly HoldingFacts[];
}

const moveItem = <To extends DataRequestItemState>(item: DataRequestItem, to: To): { readonly state: To } =>
  stepTo<DataRequestItemState, To>(dataRequestItemTransitions, item.state, to, 'data-request');

/**
 * The unit submits its list.
 * @throws Refusal of the scenario and right, `data-request.empty-list`, `data-request.no-reference`, `data-request.no-industry-opinion`, and
 * of each item (REQ-01, REQ-02, REQ-04, REQ-11).
 */
export function decideRequestSubmission(
  request: DataRequest,
  items: readonly DataRequestItem[],
  facts: RequestFacts,
): { readonly state: 'submitted' }[] {
  assertUsable(facts.scenario, facts.authorisation);
  assertSameScenario(facts.scenario.id, request.scenarioId);
  assertRight(facts.authorisation.rights, 'processing-use');
  if (items.length === 0) throw refuse('data-request.empty-list', { requestId: request.id });
  if (valueOf(facts.profile, 'externalReference') && !request.externalReference?.trim()) throw refuse('data-request.no-reference');
  if (valueOf(facts.profile, 'industryOpinion')) checkIndustryOpinion(request);
  for (const item of items) checkItem(item, facts);
  return items.map((item) => moveItem(item, 'submitted'));
}

function checkIndustryOpinion(request: DataRequest): void {
  if (!request.industryOpinion) throw refuse('data-request.no-industry-opinion');
  if (!request.industryOpinion.positive) throw refuse('data-request.negative-opinion');
}

/** Asked when an item is written down and again when it is filed. @throws Refusal `data-request.all-fields` (REQ-02). */
export function assertFieldsNamed(item: Pick<DataRequestItem, 'datasetId' | 'fields'>): void {
  if (item.fields.some((field) => isWildcard(field.name))) throw refuse('data-request.all-fields', { datasetId: item.datasetId });
}

/** @throws Refusal `data-request.incomplete`, `data-request.all-fields`, `data-request.unknown-field`, `data-request.other-provider`, `scenario.other-scenario`. */
function checkItem(item: DataRequestItem, facts: RequestFacts): void {
  assertSameScenario(facts.scenario.id, item.scenarioId);
  assertFieldsNamed(item);
  const missing = [
    ...(item.fields.length === 0 ? ['fields'] : []),
    ...item.fields.filter((field) => field.purpose.trim() === '').map((field) => `fields.${field.name}.purpose`),
    ...(['what', 'purpose'] as const).filter((key) => item.rows[key].trim() === '').map((key) => `rows.${key}`),
    ...(item.period.purpose.trim() === '' ? ['period.purpose'] : []),
    ...(!isRange(item.period) ? ['period.until'] : []),
    ...(['frequency', 'use'] as const).filter((key) => item[key].trim() === ''),
  ];
  if (missing.length > 0) throw refuse('data-request.incomplete', { itemId: item.id, missing });
  const holding = holdingOf(item, facts.holdings);
  if (holding.providerId !== null && holding.providerId !== item.providerId)
    throw refuse('data-request.other-provider', { itemId: item.id });
  const unknown = item.fields.map((field) => field.name).filter((name) => !holding.fields.some((field) => field.name === name));
  if (unknown.length > 0) throw refuse('data-request.unknown-field', { itemId: item.id, fields: unknown });
}

/** The holding as the unit declares it, where no catalogue of datasets is composed. */
export const declaredHolding = (item: DataRequestItem): HoldingFacts => ({
  datasetId: item.datasetId,
  providerId: null,
  fields: item.fields.map(({ name, sensitive }) => ({ name, sensitive, graded: true })),
  returned: item.returned,
});

function holdingOf(item: DataRequestItem, holdings: readonly HoldingFacts[]): HoldingFacts {
  const holding = holdings.find((each) => each.datasetId === item.datasetId);
  if (!holding) throw refuse('data-request.dataset-unknown', { datasetId: item.datasetId });
  return holding;
}

export interface GrantFacts extends RequestFacts {
  readonly approval: Approval | undefined;
  readonly consents: readonly ConsentReference[];
  /** Every item of the list, the judged one included: the digest covers the whole list. */
  readonly items: readonly DataRequestItem[];
}

/** Which of the approved fields the grant opens, and which it withholds and why. Re-checked before every run. */
function grantable(
  item: DataRequestItem,
  facts: Pick<GrantFacts, 'holdings' | 'consents'>,
  now: Instant,
): { open: string[]; withheld: Withheld[] } {
  const holding = holdingOf(item, facts.holdings);
  const withheld = item.fields.flatMap((field): Withheld[] => {
    const known = holding.fields.find((each) => each.name === field.name);
    if (!known?.graded) return [{ field: field.name, because: 'ungraded' }];
    if (!known.sensitive && !field.sensitive) return [];
    if (field.basis === null) return [{ field: field.name, because: 'no-masking-plan-or-consent' }];
    if (field.basis.kind === 'masking-plan') return [];
    const { consentId } = field.basis;
    const consent = facts.consents.find((each) => each.id === consentId);
    const valid = consent && consentStanding(consent, field.name, item.scenarioId, now) === 'valid';
    return valid ? [] : [{ field: field.name, because: 'consent-not-valid' }];
  });
  const open = item.fields.map((field) => field.name).filter((name) => !withheld.some((each) => each.field === name));
  return { open, withheld };
}

/**
 * Opens a grant: approved by every party of the profile in this very version, upper levels agreed, and at least one field to give.
 * @throws Refusal `data-request.not-approved-by-all`, `data-request.awaiting-upper-consent`, `data-request.nothing-to-grant` (REQ-03, REQ-05, REQ-07).
 */
export function decideGrant(
  request: DataRequest,
  item: DataRequestItem,
  facts: GrantFacts,
  now: Instant,
): { readonly state: 'in-force'; open: string[]; withheld: Withheld[] } {
  const moved = moveItem(item, 'in-force');
  assertUsable(facts.scenario, facts.authorisation);
  if (!covers(facts.approval, item.sinceRevision, itemDigest(request, facts.items, item)))
    throw refuse('data-request.not-approved-by-all', { itemId: item.id });
  if (item.returned || holdingOf(item, facts.holdings).returned) {
    const levels = valueOf(facts.profile, 'returnedDataConsent').filter((level) => !item.upperConsents[level]?.trim());
    if (levels.length > 0) throw refuse('data-request.awaiting-upper-consent', { itemId: item.id, levels });
  }
  const { open, withheld } = grantable(item, facts, now);
  if (open.length === 0)
    throw refuse('data-request.nothing-to-grant', { itemId: item.id, withheld: withheld.map((each) => ({ ...each })) });
  return { ...moved, open, withheld };
}

/** @throws Refusal `data-request.reasons-missing`. */
export function decideItemEnd(
  item: DataRequestItem,
  to: 'withdrawn' | 'ended' | 'rejected' | 'returned',
  reasons: string,
): { readonly state: typeof to; readonly reasons: string } {
  if (reasons.trim() === '') throw refuse('data-request.reasons-missing');
  return { ...moveItem(item, to), reasons };
}
