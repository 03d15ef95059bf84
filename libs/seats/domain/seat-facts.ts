import type { Id, Instant } from '#kernel';
import type { LegalBasis, SeatClass, SeatState } from './seat.js';

/** Something on file that holds from one moment up to, not including, another; `until: null` holds until it is taken back. */
export interface Proof {
  readonly ref: string;
  readonly from: Instant;
  readonly until: Instant | null;
}

/** Everything that a seat rests on, gathered in one transaction; null where there is nothing on file. */
export interface SeatFacts {
  readonly seat: {
    readonly id: Id;
    readonly state: SeatState;
    readonly class: SeatClass;
    readonly scenarioId: Id;
    readonly basis: LegalBasis;
    readonly requestedBy: Id;
    /** 24:00 of the seat's last day. */
    readonly until: Instant;
  };
  readonly person: {
    readonly id: Id;
    readonly identity: (Proof & { readonly voided: boolean }) | null;
    readonly filing: Proof | null;
    readonly vetting: (Proof & { readonly passed: boolean }) | null;
    /** The confidentiality agreement; its term is the confidentiality period that it states (PERS-03). */
    readonly confidentiality: Proof | null;
    readonly training: Proof | null;
    /** With the unit, or, for the other classes, with the organisation of the record. */
    readonly affiliation: Proof | null;
    /** When the first of what is on file and has not begun does. */
    readonly next?: Instant | null;
    /** The lock that keeps the person out. */
    readonly lock: { readonly id: Id; readonly since: Instant } | null;
  };
  readonly scenario: (Proof & { readonly approved: boolean; readonly ended: boolean }) | null;
  readonly authorisation: (Proof & { readonly phase: AuthorisationPhase; readonly processingRight: boolean }) | null;
  /** The approved cooperation or admission record, for the classes that need one. */
  readonly record:
    (Proof & { readonly kind: 'cooperation' | 'admission'; readonly approved: boolean; readonly scenarioIds: readonly Id[] }) | null;
  readonly suspensions: readonly Suspension[];
}

/** `suspended` covers rectification as well: the authorisation stands, its use does not. */
export type AuthorisationPhase = 'not-yet' | 'in-force' | 'suspended' | 'ended';

export interface Suspension {
  readonly id: Id;
  readonly scope: 'unit' | 'authorisation' | 'scenario' | 'person' | 'seat';
  readonly since: Instant;
}

/** What only a new seat must satisfy; it does not end one that is there. */
export interface GrantFacts {
  /** Places of the seat's class under this authorisation; `taken` does not count the seat itself. */
  readonly quota: { readonly limit: number; readonly taken: number };
  /** What stops new seats of the unit at this moment, by name (EMG-01, PERS-06, AUTH-08, AUTH-31). */
  readonly stops: readonly string[];
  /** Organisations the deciding person belongs to. */
  readonly deciderOrganisations: readonly Id[];
  readonly deciderId: Id;
  /** The seat's unit and the organisation of its record. */
  readonly applicantOrganisations: readonly Id[];
}
