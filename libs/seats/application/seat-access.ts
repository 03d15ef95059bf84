import { type Actor, type EpochRef, type Id, type Instant, personOf, type Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { ConditionName } from '../domain/condition-names.js';
import { firstLapse, verdicts } from '../domain/seat-conditions.js';
import type { SeatFacts } from '../domain/seat-facts.js';
import type { SeatRow } from '../persistence/entities.js';
import { RevocationsRepository } from '../persistence/revocations.repository.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatFactsGatherer } from './seat-facts-gatherer.js';
import { refuse } from '../domain/refusals.js';

/** What other contexts ask before they act for a person in a scenario. */
export interface WorkingSeat {
  readonly id: Id;
  readonly personId: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
}

@Injectable()
export class SeatAccess {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly gatherer: SeatFactsGatherer,
    private readonly revocations: RevocationsRepository,
  ) {}

  /**
   * The person's seat in the scenario, if it works at this moment: all its conditions are looked at now, so that nothing passes between
   * a lapse and the pause that follows it.
   * @throws Refusal `seat.needed`, `seat.not-active`, or the lapsed condition's own.
   */
  async assert(tx: Tx, personId: Id, scenarioId: Id, at: Instant): Promise<WorkingSeat> {
    const seat = await this.seats.openSeat(tx, personId, scenarioId);
    if (seat === undefined) throw refuse('seat.needed', { scenarioId });
    assertUsable(seat);
    // Locked, so that a revocation commits before the act, which is then refused, or after it.
    const locked = await this.seats.lock(tx, seat.id, 'share');
    assertUsable(locked);
    const facts = await this.gatherer.facts(tx, locked, at, 'share');
    assertHold(facts, at);
    await tx.restOn(restsOf(locked), holdsUntil(facts, at));
    return working(locked);
  }

  /**
   * Whether a person may still receive what they asked for in a scenario, although the scenario or the agreement may have ended since
   * (TERM-07): nobody took their seat back, and what is asked of the person themselves holds. Locks what it rests on (share).
   * @throws Refusal `seat.needed`, `seat.not-active`, or the lapsed condition's own.
   */
  async assertMayReceive(tx: Tx, personId: Id, scenarioId: Id, at: Instant): Promise<void> {
    const last = await this.seats.lastSeat(tx, personId, scenarioId);
    if (last === undefined) throw refuse('seat.needed', { scenarioId });
    const seat = await this.seats.lock(tx, last.id, 'share');
    const takenBack = (await this.revocations.ofSeat(tx, seat.id)).some(({ cause }) => cause === 'revoked');
    if (takenBack || seat.state === 'requested' || seat.state === 'refused') throw notActive(seat);
    const facts = await this.gatherer.facts(tx, seat, at, 'share');
    assertHold(facts, at, personal);
    await tx.restOn([{ kind: 'seat', id: seat.id }], holdsUntil(facts, at, personal));
  }

  /** The seat of whoever acts. */
  assertSeat(tx: Tx, actor: Actor, scenarioId: Id): Promise<WorkingSeat> {
    return this.assert(tx, personOf(actor).personId, scenarioId, tx.context.at);
  }

  async activeOf(tx: Tx, personId: Id, scenarioId: Id): Promise<WorkingSeat | undefined> {
    const seat = await this.seats.openSeat(tx, personId, scenarioId);
    return seat?.state === 'active' ? working(seat) : undefined;
  }

  async ofScenario(tx: Tx, scenarioId: Id): Promise<readonly WorkingSeat[]> {
    const ids = await this.seats.idsOf(tx, { kind: 'scenario', id: scenarioId }, ['granted', 'active', 'paused']);
    return (await this.seats.find(tx, ids)).map(working);
  }

  /** Whether a person works or worked for a unit: they do not judge what it asks for (ACC-05). */
  everHeld = (tx: Tx, personId: Id, unitId: Id): Promise<boolean> => this.seats.everHeld(tx, personId, unitId);

  /** Whose seat it is, in whatever state. @throws Refusal `seat.not-found`. */
  async whose(tx: Tx, seatId: Id): Promise<WorkingSeat> {
    return working(await this.seats.get(tx, seatId));
  }

  /** The same question for a probe, which only looks. @throws as {@link assert} */
  async assertWorks(tx: Tx, seat: SeatRow, at: Instant): Promise<void> {
    assertUsable(seat);
    assertHold(await this.gatherer.facts(tx, seat, at), at);
  }
}

/** What is asked of the person, whatever has become of scenario and agreement. */
const personal: readonly ConditionName[] = [
  'identity-verified',
  'filed',
  'vetted',
  'agreement-in-term',
  'training-passed',
  'affiliated',
  'not-locked',
];

const notActive = ({ id, state }: SeatRow): Refusal => refuse('seat.not-active', { seatId: id, state });

function assertUsable(seat: SeatRow): void {
  if (seat.state !== 'granted' && seat.state !== 'active') throw notActive(seat);
}

function assertHold(facts: SeatFacts, at: Instant, among?: readonly ConditionName[]): void {
  const lapse = firstLapse(facts, at, among);
  if (lapse !== undefined) throw refuse(lapse.code, { condition: lapse.condition, lapsedAt: lapse.lapsedAt, ...lapse.details });
}

const restsOf = ({ id, scenarioId, authorisationId }: SeatRow): readonly EpochRef[] => [
  { kind: 'seat', id },
  { kind: 'scenario', id: scenarioId },
  { kind: 'authorisation', id: authorisationId },
];

/** The first moment at which one of the conditions runs out by itself. */
const holdsUntil = (facts: SeatFacts, at: Instant, among?: readonly ConditionName[]): Instant | null =>
  verdicts(facts, at)
    .flatMap((verdict) => (verdict.holds && verdict.until !== null && (among?.includes(verdict.condition) ?? true) ? [verdict.until] : []))
    .sort()[0] ?? null;

const working = ({ id, personId, scenarioId, authorisationId, unitId }: SeatRow): WorkingSeat => ({
  id,
  personId,
  scenarioId,
  authorisationId,
  unitId,
});
