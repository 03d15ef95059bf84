import { type Id, type Instant } from '#kernel';
import { refuse } from './refusals.js';

/** A dispute, a case or a preservation order (保全): what it covers is not destroyed (DEST-04). */
export interface LegalHold {
  readonly id: Id;
  readonly target: { readonly kind: 'authorisation' | 'scenario' | 'unit' | 'domain'; readonly id: Id };
  /** The body that ordered it and its document. */
  readonly orderedBy: string;
  readonly reference: string;
  readonly reason: string;
  readonly from: Instant;
  /** Null until it is lifted by decision. */
  readonly until: Instant | null;
  readonly liftedAt: Instant | null;
}

export interface HeldScope {
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly domainId: Id | null;
  readonly scenarioIds: readonly Id[];
}

const covers = ({ target }: LegalHold, scope: HeldScope): boolean =>
  ({
    authorisation: target.id === scope.authorisationId,
    unit: target.id === scope.unitId,
    domain: target.id === scope.domainId,
    scenario: scope.scenarioIds.includes(target.id),
  })[target.kind];

/** The holds that stand against destroying the scope at this moment. */
export const standingHolds = (holds: readonly LegalHold[], scope: HeldScope, at: Instant): readonly LegalHold[] =>
  holds.filter((hold) => covers(hold, scope) && hold.from <= at && hold.liftedAt === null && (hold.until === null || at < hold.until));

/** @throws Refusal `termination.held`: who ordered it, under which document, until when. */
export function assertNoHold(holds: readonly LegalHold[], scope: HeldScope, at: Instant): void {
  const [first] = standingHolds(holds, scope, at);
  if (first) {
    throw refuse('termination.held', {
      holdId: first.id,
      orderedBy: first.orderedBy,
      reference: first.reference,
      until: first.until ?? '—',
    });
  }
}
