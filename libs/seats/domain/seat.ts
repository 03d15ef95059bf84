import type { Day, Id, Instant, Transitions } from '#kernel';
import type { ConditionName } from './condition-names.js';

export type SeatState = 'requested' | 'granted' | 'active' | 'paused' | 'revoking' | 'revoked' | 'refused';

/** Every edge of a seat's life (design §3). Nothing ends a seat that was not revoked. */
export const seatTransitions = {
  requested: ['granted', 'refused'],
  granted: ['active', 'revoking'],
  active: ['paused', 'revoking'],
  paused: ['active', 'revoking'],
  revoking: ['revoked'],
  revoked: [],
  refused: [],
} as const satisfies Transitions<SeatState>;

/** Seats of partners and secondary developers are classes of their own, counted and charged apart (SEAT-04). */
export const seatClasses = ['own', 'partner', 'secondary-developer'] as const;
export type SeatClass = (typeof seatClasses)[number];

/** The record that a seat rests on: the agreement for the unit's own people, an approved case for everyone else. */
export type BasisKind = 'agreement' | 'cooperation' | 'admission';
export const basisOf = {
  own: 'agreement',
  partner: 'cooperation',
  'secondary-developer': 'admission',
} as const satisfies Record<SeatClass, BasisKind>;

export interface LegalBasis {
  readonly kind: BasisKind;
  /** Authorisation, cooperation record or admission record. */
  readonly id: Id;
  /** The clause or the duty that the seat serves, as written in that document. */
  readonly clause: string;
}

/** One person's right to one scenario's workspace, bound to unit, agreement, scenario and end date (SEAT-01). */
export interface Seat {
  readonly id: Id;
  readonly personId: Id;
  readonly unitId: Id;
  readonly authorisationId: Id;
  readonly scenarioId: Id;
  readonly class: SeatClass;
  readonly basis: LegalBasis;
  /** The last day on which the seat works, Asia/Shanghai. */
  readonly endsOn: Day;
  readonly state: SeatState;
  /** While paused: the condition that lapsed, by name. */
  readonly pausedBy: ConditionName | null;
  readonly requestedBy: Id;
  readonly requestedAt: Instant;
}

/** States in which a seat takes up a place of its class's quota. */
export const occupying: readonly SeatState[] = ['requested', 'granted', 'active', 'paused', 'revoking'];
