import { vettingResults } from '#identity/contract';
import { addDays, type Day, endOfDay, type Id, type Instant } from '#kernel';
import type { Proof, SeatFacts } from './seat-facts.js';

/** What is on file for a person, as identity keeps it: from a moment on, the last day of a record included. */
export interface FiledRecord {
  readonly id: Id;
  readonly kind: string;
  readonly validFrom: Instant;
  readonly validUntil: Day | null;
  readonly withdrawn: boolean;
  /** Since when a real-name verification stands for a number that the person no longer has (PERS-01). */
  readonly voidedAt: Instant | null;
  readonly details: Readonly<Record<string, string>>;
}
export interface FiledAffiliation {
  readonly organisationId: Id;
  readonly from: Instant;
  readonly until: Instant | null;
}

export const startOfDay = (day: Day): Instant => addDays(endOfDay(day), -1);
export const span = (ref: string, from: Day, until: Day | null): Proof => ({
  ref,
  from: startOfDay(from),
  until: until === null ? null : endOfDay(until),
});

const filed = ({ id, validFrom, validUntil }: FiledRecord): Proof => ({
  ref: id,
  from: validFrom,
  until: validUntil === null ? null : endOfDay(validUntil),
});

const runsAt = (proof: Proof, at: Instant): boolean => proof.from <= at && (proof.until === null || at < proof.until);
const endOf = (proof: Proof): string => proof.until ?? '9999';

/** The proof in force that lasts longest, else the one that lapsed last: then its date can be named. */
function best<T extends Proof>(proofs: readonly T[], at: Instant): T | null {
  const byEnd = [...proofs].sort((a, b) => (endOf(a) < endOf(b) ? 1 : -1));
  return byEnd.find((proof) => runsAt(proof, at)) ?? byEnd.find((proof) => proof.from <= at) ?? byEnd[0] ?? null;
}

/**
 * The one that was filed last of those that have begun: it takes the place of the others, also where they would last longer. A vetting that was
 * not passed, or a shorter agreement, takes away by that.
 */
function newest<T extends Proof>(proofs: readonly T[], at: Instant): T | null {
  const begun = proofs
    .filter(({ from }) => from <= at)
    .sort((a, b) => (a.from === b.from ? (a.ref < b.ref ? -1 : 1) : a.from < b.from ? -1 : 1));
  return begun.at(-1) ?? best(proofs, at);
}

/** Results of a vetting that let a person in. */
const passes: readonly string[] = vettingResults.passed;

/** @param organisationId the unit, or for partners and secondary developers the organisation of their record. */
export function personProofs(
  personId: Id,
  records: readonly FiledRecord[],
  affiliations: readonly FiledAffiliation[],
  organisationId: Id,
  at: Instant,
): Omit<SeatFacts['person'], 'lock'> {
  const of = (kind: string) => records.filter((record) => record.kind === kind && !record.withdrawn);
  const proof = (kind: string): Proof | null => best(of(kind).map(filed), at);
  const identities = of('real-name').map((record) => ({ ...filed(record), voided: record.voidedAt !== null }));
  const standing = identities.filter(({ voided }) => !voided);
  const vetting = newest(
    of('vetting').map((record) => ({
      ...filed(record),
      passed: passes.includes(record.details['result'] ?? ''),
    })),
    at,
  );
  return {
    id: personId,
    next:
      [...records.filter(({ withdrawn }) => !withdrawn).map(({ validFrom }) => validFrom), ...affiliations.map(({ from }) => from)]
        .filter((from) => from > at)
        .sort()[0] ?? null,
    identity: best(standing.length > 0 ? standing : identities, at),
    filing: proof('filing'),
    vetting,
    confidentiality: newest(of('confidentiality-agreement').map(filed), at),
    training: proof('training'),
    affiliation: best(
      affiliations.filter((one) => one.organisationId === organisationId).map(({ from, until }) => ({ ref: organisationId, from, until })),
      at,
    ),
  };
}
