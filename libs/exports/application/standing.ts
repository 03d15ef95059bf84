import { Authorisations, Scenarios } from '#authorisations';
import { Organisations, Standings } from '#identity';
import { assertSees, belongsTo, personOf, type ActContext, type Actor, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { SeatAccess } from '#seats';
import { Injectable } from '@nestjs/common';
import { partyOf } from '../domain/review-slots.js';
import type { Sight } from '../domain/outline.js';
import type { Reviewer } from '../domain/review.js';
import type { ExportRequestRow, ReviewRow } from '../persistence/entities.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { refuse } from '../domain/refusals.js';

/** A termination lets permitted results leave; a suspension lets nothing leave (SUSP-08, TERM-07). */
const open: readonly string[] = ['in-force', 'terminating'];

const wholeSight: readonly string[] = ['export-reviewer', 'authority', 'provider', 'security-admin', 'audit-admin'];

/** Whether a request may go on, who may see it, and for whom someone reviews. */
@Injectable()
export class Standing {
  constructor(
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly organisations: Organisations,
    private readonly standings: Standings,
    private readonly seats: SeatAccess,
    private readonly requests: RequestsRepository,
  ) {}

  /** Another unit's request does not exist for those who do not reach it. @throws Refusal `export-request.not-found` */
  assertSees({ actor, at }: ActContext, row: ExportRequestRow): void {
    assertSees(actor, row, at, refuse('export-request.not-found', { id: row.id }));
  }

  /** Locks what it rests on (share), and the access rests on it from then on. @throws Refusal `export.closed` while the authorisation is suspended or over, or the scenario stopped */
  async assertOpen(tx: Tx, row: Pick<ExportRequestRow, 'authorisationId' | 'scenarioId'>): Promise<void> {
    const authorisation = await this.authorisations.facts(tx, row.authorisationId, 'share');
    if (!open.includes(authorisation.state)) throw refuse('export.closed', { because: `authorisation ${authorisation.state}` });
    const scenario = await this.scenarios.facts(tx, row.scenarioId, 'share');
    if (scenario.stopped) throw refuse('export.closed', { because: 'scenario stopped' });
    await tx.restOn([
      { kind: 'authorisation', id: row.authorisationId },
      { kind: 'scenario', id: row.scenarioId },
    ]);
  }

  /**
   * A link goes to who asked, as long as they still stand for the unit: its manager, or a seat that nobody took back. The receipt of a
   * revocation says that no link opens any more; without this the next one would (design §2.6).
   */
  async assertMayReceive(tx: Tx, actor: Actor, row: Pick<ExportRequestRow, 'unitId' | 'scenarioId'>): Promise<void> {
    if (manages(actor, row.unitId)) return;
    await this.seats.assertMayReceive(tx, personOf(actor).personId, row.scenarioId, tx.context.at);
  }

  /** The round's decisions that still count, and those whose reviewer is locked or lost the role since: another gives them anew. */
  async decisions(tx: Tx, { id, round }: Pick<ExportRequestRow, 'id' | 'round'>): Promise<{ standing: ReviewRow[]; fallen: ReviewRow[] }> {
    const given = await this.requests.reviewsOf(tx, id, round);
    const says = given.map((row) => ({ row, personId: row.reviewerId, grantId: row.grantId }));
    const fallen = (await this.standings.fallen(tx, says)).map(({ row }) => row);
    return { standing: given.filter((row) => !fallen.includes(row)), fallen };
  }

  /** Whole for people who would be independent of the requester and whose roles read other units’ requests; an outline for everyone else. */
  async sight(tx: Tx, { actor }: ActContext, row: Pick<ExportRequestRow, 'unitId' | 'authorityId' | 'requesterId'>): Promise<Sight> {
    if (actor.kind !== 'person' || actor.personId === row.requesterId || belongsTo(actor, row.unitId)) return 'outline';
    if (!actor.grants.some(({ role }) => wholeSight.includes(role))) return 'outline';
    return (await this.reviewer(tx, actor, row)).ofRequestersUnit ? 'outline' : 'whole';
  }

  /**
   * For whom the person acts, by the grant that says so, and whether the requester's unit is theirs: by affiliation, by an affiliated
   * organisation, or by a seat there (ACC-05).
   * @param lock `share` where a decision rests on it: then grants count that are in force at the decision
   */
  async reviewer(tx: Tx, actor: Actor, request: Pick<ExportRequestRow, 'unitId' | 'authorityId'>, lock?: 'share'): Promise<Reviewer> {
    const person = lock === undefined ? personOf(actor) : await this.standings.acting(tx);
    let ofRequestersUnit = await this.seats.everHeld(tx, person.personId, request.unitId);
    for (const id of person.organisationIds) ofRequestersUnit ||= await this.organisations.affiliated(tx, id, request.unitId);
    const acts: Reviewer[] = [];
    for (const grant of person.grants) {
      const { kind } = await this.organisations.get(tx, grant.organisationId);
      const party = partyOf(grant, kind, person.regions, request.authorityId);
      acts.push({ personId: person.personId, grantId: grant.id, organisationId: grant.organisationId, party, ofRequestersUnit });
    }
    const best = acts.find(({ party }) => party === 'authority') ?? acts.find(({ party }) => party !== 'other') ?? acts[0];
    if (best === undefined) throw refuse('export.reviewer-not-independent', { because: 'role-ended' });
    return best;
  }
}

/** The manager of this unit, not of any. */
export const manages = (actor: Actor, unitId: Id): boolean =>
  actor.kind === 'person' &&
  actor.grants.some(({ role, scope }) => role === 'unit-manager' && scope.kind === 'unit' && scope.organisationId === unitId);
