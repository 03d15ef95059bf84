import { type Admission, Admissions, type AuthorisationFacts, Authorisations, type ScenarioFacts, Scenarios } from '#authorisations';
import { People, Standings } from '#identity';
import { addMs, type Day, dayOf, endOfDay, type Id, type Instant, latestOf } from '#kernel';
import type { Tx } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import { begunAt, clocksApartMs } from '../domain/beginnings.js';
import { personProofs, span, startOfDay } from '../domain/person-proofs.js';
import type { AuthorisationPhase, GrantFacts, SeatFacts, Suspension } from '../domain/seat-facts.js';
import type { BasisKind, SeatClass, SeatState } from '../domain/seat.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SEATS_CONFIG, type SeatsConfig } from './seats.config.js';

/** What a seat is, before and after it has a row. */
export interface SeatSubject {
  readonly id: Id;
  readonly personId: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly class: SeatClass;
  readonly basisKind: BasisKind;
  readonly basisId: Id;
  readonly basisClause: string;
  readonly endsOn: Day;
  readonly state: SeatState;
  readonly requestedBy: Id;
}

const phases: Readonly<Record<string, AuthorisationPhase>> = {
  'in-force': 'in-force',
  suspended: 'suspended',
  rectifying: 'suspended',
  expired: 'ended',
  terminating: 'ended',
  terminated: 'ended',
};

/** Gathers all that a seat rests on. With `share` it locks what the decision rests on, upstream first, so that nothing changes under it. */
@Injectable()
export class SeatFactsGatherer {
  constructor(
    private readonly people: People,
    private readonly standings: Standings,
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly admissions: Admissions,
    private readonly seats: SeatsRepository,
    @Inject(SEATS_CONFIG) private readonly config: SeatsConfig,
  ) {}

  async facts(tx: Tx, seat: SeatSubject, at: Instant, lock?: 'share'): Promise<SeatFacts> {
    const authorisation = await this.authorisations.facts(tx, seat.authorisationId, lock);
    const scenario = await this.scenarios.facts(tx, seat.scenarioId, lock);
    const record = seat.class === 'own' ? undefined : await this.admissions.facts(tx, seat.basisId);
    const person = await this.people.facts(tx, seat.personId, lock);
    const froms = [...person.records.map(({ validFrom }) => validFrom), ...person.affiliations.map(({ from }) => from)];
    const begun = await this.begunBy(tx, at, [...froms, record?.approvedAt ?? at]);
    const organisationId = record?.organisationId ?? seat.unitId;
    return {
      seat: {
        id: seat.id,
        state: seat.state,
        class: seat.class,
        scenarioId: seat.scenarioId,
        basis: { kind: seat.basisKind, id: seat.basisId, clause: seat.basisClause },
        requestedBy: seat.requestedBy,
        until: endOfDay(seat.endsOn),
      },
      person: {
        ...personProofs(
          seat.personId,
          person.records
            .filter(({ kind }) => person.numbered || kind !== 'real-name')
            .map((one) => ({ ...one, validFrom: begunAt(one.validFrom, at, begun) })),
          person.affiliations.map((one) => ({ ...one, from: begunAt(one.from, at, begun) })),
          organisationId,
          at,
        ),
        lock: person.locks[0] ?? null,
      },
      scenario: scenarioFacts(scenario),
      authorisation: authorisationFacts(authorisation),
      record: record === undefined ? null : recordFacts(record, (from) => begunAt(from, at, begun)),
      suspensions: suspensionsOf(authorisation, scenario, at),
    };
  }

  /** Until when what was filed has begun, now that it is read. Asked of the database only where something begins after `at`. */
  private async begunBy(tx: Tx, at: Instant, froms: readonly Instant[]): Promise<Instant> {
    return froms.some((from) => from > at) ? addMs(latestOf(at, await tx.now()), clocksApartMs) : at;
  }

  async grantFacts(tx: Tx, seat: SeatSubject, at: Instant): Promise<GrantFacts> {
    const decider = await this.standings.acting(tx);
    const authorisation = await this.authorisations.facts(tx, seat.authorisationId);
    const record = seat.class === 'own' ? undefined : await this.admissions.facts(tx, seat.basisId);
    const planEnds = authorisation.emergencyPlanUntil;
    return {
      quota: {
        limit: this.config.quota[seat.class],
        taken: await this.seats.taken(tx, seat.authorisationId, seat.class, seat.id),
      },
      stops: planEnds === null || planEnds < dayOf(at) ? ['emergency-plan'] : [],
      deciderId: decider.personId,
      deciderOrganisations: decider.organisationIds,
      applicantOrganisations: [seat.unitId, ...(record === undefined ? [] : [record.organisationId])],
    };
  }
}

const scenarioFacts = (scenario: ScenarioFacts): SeatFacts['scenario'] => ({
  ...span(scenario.id, scenario.from, scenario.until),
  approved: scenario.state === 'approved',
  ended: scenario.state === 'ended',
});

const authorisationFacts = (authorisation: AuthorisationFacts): SeatFacts['authorisation'] => ({
  ...span(authorisation.id, authorisation.term.from, authorisation.term.until),
  phase: phases[authorisation.state] ?? 'not-yet',
  processingRight: authorisation.rights.includes('processing-use'),
});

const recordFacts = (record: Admission, begun: (from: Instant) => Instant): SeatFacts['record'] => ({
  ref: record.id,
  from: begun(record.approvedAt ?? startOfDay(record.until)),
  until: endOfDay(record.until),
  kind: record.kind,
  approved: record.state === 'approved',
  scenarioIds: [record.scenarioId],
});

function suspensionsOf({ suspension, ...authorisation }: AuthorisationFacts, scenario: ScenarioFacts, at: Instant): readonly Suspension[] {
  const held: Suspension[] = [];
  if (phases[authorisation.state] === 'suspended') {
    held.push({ id: suspension?.id ?? authorisation.id, scope: 'authorisation', since: suspension?.since ?? at });
  }
  if (scenario.stopped) held.push({ id: scenario.id, scope: 'scenario', since: scenario.stoppedAt ?? at });
  return held;
}
