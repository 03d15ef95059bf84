import { type Day, type Digest, type Id, digestOf } from '#kernel';
import type { DataRequestItemState } from './data-request.states.js';
import type { UpperLevel } from './jurisdictions/profile.js';

/** The list of what a unit asks for one scenario. Editing it makes a new revision and voids every vote on the one before (REQ-03). */
export interface DataRequest {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly unitId: Id;
  readonly requesterId: Id;
  readonly revision: number;
  /** Number in the integrated digital-resource system, where the profile wants one (REQ-11). */
  readonly externalReference: string | null;
  /** The industry authority's written opinion, where the profile wants one (REQ-04). */
  readonly industryOpinion: { readonly digest: Digest; readonly positive: boolean } | null;
}

/** One dataset with the fields asked of it: the unit of judging and of granting. */
export interface DataRequestItem {
  readonly id: Id;
  readonly requestId: Id;
  /** Revision of the list in which it was asked for; items of one revision are judged as one list. */
  readonly sinceRevision: number;
  readonly scenarioId: Id;
  readonly state: DataRequestItemState;
  readonly datasetId: Id;
  readonly providerId: Id;
  readonly fields: readonly RequestedField[];
  readonly rows: Purposeful & { readonly limit: number | null };
  /** Returned from a higher level of government, as declared (REQ-05). */
  readonly returned: boolean;
  readonly period: Purposeful & { readonly from: Day; readonly until: Day };
  readonly frequency: string;
  readonly use: string;
  /** Consent of upper levels to data returned from them, by level (REQ-05). */
  readonly upperConsents: Readonly<Partial<Record<UpperLevel, string>>>;
  readonly reasons: string | null;
  /** What the grant opens and what it withholds, once in force. */
  readonly grant: { readonly open: readonly string[]; readonly withheld: readonly Withheld[] } | null;
}

/** What is asked, and what for: least necessary, said one by one (REQ-02). */
export interface Purposeful {
  readonly what: string;
  readonly purpose: string;
}

export interface RequestedField {
  readonly name: string;
  readonly purpose: string;
  /** As the unit declares it; the holding's own grade outranks it where the catalogue knows the dataset. */
  readonly sensitive: boolean;
  /** On what a sensitive field rests; asked again before every run (REQ-07). */
  readonly basis: FieldBasis | null;
}
/** `masking-plan`: given only through an approved desensitisation plan, which is drawn up once data is delivered. */
export type FieldBasis = { readonly kind: 'masking-plan' } | { readonly kind: 'consent'; readonly consentId: Id };

export type RequestContent = Pick<
  DataRequestItem,
  'id' | 'sinceRevision' | 'datasetId' | 'fields' | 'rows' | 'returned' | 'period' | 'frequency' | 'use' | 'upperConsents'
>;

/**
 * What the parties judge: this item as part of the list of its revision. What became of the other items does not change it, any edit does.
 * @param items the request's items, whatever their state and revision.
 */
export const itemDigest = (request: DataRequest, items: readonly RequestContent[], item: RequestContent): Digest => {
  const list = items.filter((each) => each.sinceRevision === item.sinceRevision);
  return digestOf({
    scenarioId: request.scenarioId,
    externalReference: request.externalReference,
    industryOpinion: request.industryOpinion,
    list: list.map(contentOf).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    item: contentOf(item),
  });
};

const contentOf = ({
  id,
  sinceRevision,
  datasetId,
  fields,
  rows,
  returned,
  period,
  frequency,
  use,
  upperConsents,
}: RequestContent): RequestContent => ({
  id,
  sinceRevision,
  datasetId,
  fields,
  rows,
  returned,
  period,
  frequency,
  use,
  upperConsents,
});

/** Why a field is withheld from a grant; the request page shows it (REQ-07). */
export interface Withheld {
  readonly field: string;
  readonly because: 'ungraded' | 'no-masking-plan-or-consent' | 'consent-not-valid';
}
