import { stepTo, type Moving } from '#kernel';
import type { Digest, Id, Instant } from '#kernel';
import { datasetTransitions } from './copy.states.js';
import type { DatasetState } from './copy.states.js';
import { fieldKey, fieldsDigest, loweredFields, protectionOf, strictestGrade } from './field.js';
import type { Field, FieldVersion, Grade } from './field.js';
import { refuse } from './refusals.js';

/** Kinds of data that are never authorised (CLS-03). */
export const markings = ['none', 'state-secret', 'public-safety', 'closed-by-law'] as const;
export type Marking = (typeof markings)[number];

/** Who is what to a holding; the operator is whoever runs the system that holds it. All are organisations. */
export interface Custody {
  readonly holderId: Id;
  readonly managerId: Id;
  readonly userId: Id | null;
  readonly operatorId: Id | null;
}

export interface UseConditions {
  readonly text: string;
  /** May not be joined with other holdings. */
  readonly noJoin: boolean;
  /** What it may be used for; empty: whatever the data request grants. */
  readonly purposes: readonly string[];
  readonly until: string | null;
}

export interface Origin {
  readonly system: string;
  /** The law or duty under which it was collected. */
  readonly basis: string;
  /** Returned by a higher level of government (REQ-05). */
  readonly returnedFrom: 'province' | 'city' | null;
}

/** The department and channel to ask, no person. */
export interface Contact {
  readonly department: string;
  readonly channel: string;
}

/** A list of fields that waits for the authority, because it protects something less (CLS-01). */
export interface FieldProposal {
  readonly fields: readonly Field[];
  readonly digest: Digest;
  readonly lowered: readonly string[];
  readonly reason: string;
  readonly proposedBy: Id;
  readonly proposedAt: Instant;
}

/** A provider's holding (数据资源). Termination destroys copies of it, never the holding. */
export interface Dataset {
  readonly id: Id;
  readonly state: DatasetState;
  readonly providerId: Id;
  readonly name: string;
  readonly description: string;
  /** The provider's own version of the holding, e.g. `2026-10`. */
  readonly edition: string;
  readonly grade: Grade;
  readonly marking: Marking;
  readonly custody: Custody;
  readonly origin: Origin;
  readonly useConditions: UseConditions;
  readonly contact: Contact;
  readonly updateFrequencyDays: number | null;
  readonly fields: readonly Field[];
  readonly fieldsVersion: number;
  readonly proposal: FieldProposal | null;
  readonly freezeReason: string | null;
}

/** What a decision changes that leaves the state as it is. */
export type DatasetChange = Partial<Omit<Dataset, 'id' | 'state'>>;

export type Registration = Omit<Dataset, 'id' | 'state' | 'fieldsVersion' | 'proposal' | 'freezeReason' | 'grade'> & {
  readonly grade: Grade | null;
};

/** @throws Refusal `dataset.secret`, `dataset.catalogue-incomplete`, `dataset.grade-too-low`, `dataset.field-names`, `dataset.release-not-agreed` (CLS-02, CLS-03). */
export function decideRegistration(id: Id, wanted: Registration): Dataset & { readonly state: 'active' } {
  assertNotSecret(wanted.marking);
  const missing = [
    ...(wanted.grade === null ? ['grade'] : []),
    ...(wanted.useConditions.text.trim() === '' ? ['useConditions'] : []),
    ...(wanted.contact.department.trim() === '' || wanted.contact.channel.trim() === '' ? ['contact'] : []),
  ];
  if (wanted.grade === null || missing.length > 0) throw refuse('dataset.catalogue-incomplete', { missing });
  assertFields(wanted.fields, wanted.grade);
  const released = loweredFields([], wanted.fields);
  if (released.length > 0) throw refuse('dataset.release-not-agreed', { fields: released });
  return { ...wanted, grade: wanted.grade, id, state: 'active', fieldsVersion: 1, proposal: null, freezeReason: null };
}

/**
 * Takes a new list of fields, or keeps it as a proposal where it protects a field less: then the authority decides too (CLS-01).
 * @param versions every list that was in force, oldest first: a field that comes back is compared with what it was
 * @throws Refusal `dataset.frozen`, `dataset.grade-too-low`, `dataset.field-names`, `dataset.reason-missing`.
 */
export function decideFields(
  dataset: Dataset,
  fields: readonly Field[],
  by: { personId: Id; at: Instant; reason: string },
  versions: readonly FieldVersion[] = [],
): DatasetChange {
  assertUsable(dataset);
  assertFields(fields, dataset.grade);
  const lowered = loweredFields(protectionOf(versions.length > 0 ? versions : [{ fields: dataset.fields, approved: false }]), fields);
  if (lowered.length === 0) return { fields, fieldsVersion: dataset.fieldsVersion + 1, proposal: null };
  if (by.reason.trim() === '') throw refuse('dataset.reason-missing', { lowered });
  const proposal = { fields, digest: fieldsDigest(fields), lowered, reason: by.reason, proposedBy: by.personId, proposedAt: by.at };
  return { proposal };
}

/** @throws Refusal `dataset.no-proposal`, `dataset.proposal-changed`, `dataset.own-proposal`. */
export function decideProposal(dataset: Dataset, digest: Digest, personId: Id): DatasetChange {
  if (dataset.proposal === null) throw refuse('dataset.no-proposal', { id: dataset.id });
  if (dataset.proposal.digest !== digest) throw refuse('dataset.proposal-changed', { id: dataset.id });
  if (dataset.proposal.proposedBy === personId) throw refuse('dataset.own-proposal', { id: dataset.id });
  return { fields: dataset.proposal.fields, fieldsVersion: dataset.fieldsVersion + 1, proposal: null };
}

/** @throws Refusal `dataset.reason-missing`. */
export function decideFreeze(
  dataset: Dataset,
  marking: Exclude<Marking, 'none'>,
  reason: string,
): Moving<Dataset, typeof datasetTransitions> {
  const frozen = stepTo(datasetTransitions, dataset.state, 'frozen', 'dataset');
  if (reason.trim() === '') throw refuse('dataset.reason-missing', { lowered: [] });
  return { ...frozen, marking, freezeReason: reason, proposal: null };
}

/** The route lets only the authority come here. @throws Refusal `dataset.reason-missing`. */
export function decideThaw(dataset: Dataset, reason: string): Moving<Dataset, typeof datasetTransitions> {
  const thawed = stepTo(datasetTransitions, dataset.state, 'active', 'dataset');
  if (reason.trim() === '') throw refuse('dataset.reason-missing', { lowered: [] });
  return { ...thawed, marking: 'none', freezeReason: null };
}

/** @throws Refusal `dataset.frozen` (CLS-03). */
export function assertUsable(dataset: Pick<Dataset, 'id' | 'state'>): void {
  if (dataset.state === 'frozen') throw refuse('dataset.frozen', { id: dataset.id });
}

function assertNotSecret(marking: Marking): void {
  if (marking !== 'none') throw refuse('dataset.secret', { marking });
}

function assertFields(fields: readonly Field[], grade: Grade): void {
  const names = fields.map(({ name }) => fieldKey(name));
  if (fields.length === 0 || new Set(names).size !== names.length) throw refuse('dataset.field-names', { fields: names.length });
  const strictest = strictestGrade(fields);
  if (strictest !== null && strictest > grade) throw refuse('dataset.grade-too-low', { grade, strictest });
}
