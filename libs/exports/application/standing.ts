import { Authorisations, Scenarios } from '#authorisations';
import { organisationsAt, Organisations, People } from '#identity';
import { assertSees, personOf, refuse, type ActContext, type Actor, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { ReviewParty } from '../domain/review-slots.js';
import type { Reviewer } from '../domain/review.js';
import type { ExportRequestRow } from '../persistence/entities.js';

const partyOf: Readonly<Record<string, ReviewParty>> = {
  authority: 'authority',
  'industry-authority': 'industry-authority',
  provider: 'provider',
  evaluator: 'evaluator',
};
/** A termination lets permitted results leave; a suspension lets nothing leave (SUSP-08, TERM-07). */
const open: readonly string[] = ['in-force', 'terminating'];

/** Whether a request may go on, who may see it, and for whom someone reviews. */
@Injectable()
export class Standing {
  constructor(
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly organisations: Organisations,
    private readonly people: People,
  ) {}

  /** Another unit's request does not exist for those who do not reach it. @throws Refusal `export-request.not-found` */
  assertSees({ actor, at }: ActContext, row: ExportRequestRow): void {
    assertSees(actor, row, at, 'export-request.not-found', row.id);
  }

  /** Locks what it rests on (share). @throws Refusal `export.closed` while the authorisation is suspended or over, or the scenario stopped */
  async assertOpen(tx: Tx, row: Pick<ExportRequestRow, 'authorisationId' | 'scenarioId'>): Promise<void> {
    const authorisation = await this.authorisations.facts(tx, row.authorisationId, 'share');
    if (!open.includes(authorisation.state)) throw refuse('export.closed', { because: `authorisation ${authorisation.state}` });
    const scenario = await this.scenarios.facts(tx, row.scenarioId, 'share');
    if (scenario.stopped) throw refuse('export.closed', { because: 'scenario stopped' });
  }

  /**
   * For whom the person acts today, and whether the requester's unit is theirs: by affiliation, or by an affiliated organisation (ACC-05).
   * @param lock `share` where a decision rests on it
   */
  async reviewer(tx: Tx, actor: Actor, unitId: Id, lock?: 'share'): Promise<Reviewer> {
    const { personId, organisationId } = personOf(actor);
    const facts = await this.people.facts(tx, personId, lock);
    const belongsTo = new Set([organisationId, ...organisationsAt(facts, tx.context.at)]);
    let ofRequestersUnit = false;
    for (const id of belongsTo) ofRequestersUnit ||= await this.organisations.affiliated(tx, id, unitId);
    const { kind } = await this.organisations.get(tx, organisationId);
    return { personId, party: partyOf[kind] ?? 'other', ofRequestersUnit };
  }
}
