import { type Day, type Id, dayOf } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { Move } from '../domain/application-decisions.js';
import { decideExpiry, decideTermination, expiryAhead } from '../domain/authorisation-decisions.js';
import { agreementOn } from '../domain/agreement.js';
import { planStanding } from '../domain/emergency-plan.js';
import { filingsAtTermination } from '../domain/filing.js';
import type { RuleName } from '../domain/jurisdictions/profile.js';
import type { ResolvedProfile } from '../domain/jurisdictions/resolve.js';
import { decideSuspensionEnd } from '../domain/suspension.js';
import { expireJob } from '../domain/work.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { SuspensionsRepository } from '../persistence/suspensions.repository.js';
import { Closing } from './closing.js';
import type { AuthorisationFacts } from './facts.js';
import { fileDuties } from './file-duties.js';
import { ofAuthorisation } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { authorisationExpired, authorisationTerminating } from '../contract.js';

type OpenSuspension = NonNullable<AuthorisationFacts['suspension']>;

/** The door for other contexts: facts for their decisions, and the steps that termination takes here. */
@Injectable()
export class Authorisations {
  constructor(
    private readonly repository: AuthorisationsRepository,
    private readonly suspensions: SuspensionsRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly closing: Closing,
  ) {}

  /** @param lock `share` when a decision rests on it. @throws Refusal `authorisation.not-found`. */
  async facts(tx: Tx, id: Id, lock?: 'share' | 'update'): Promise<AuthorisationFacts> {
    const row = lock === undefined ? await this.repository.get(tx, id) : await this.repository.lock(tx, id, lock);
    const plan = await this.repository.plan(tx, id);
    const agreement = agreementOn(await this.repository.agreementVersions(tx, id), dayOf(tx.context.at));
    const signedUnder = row.signedUnder ?? (await this.jurisdictions.profileAt(tx, row.profileId, dayOf(tx.context.at))).lineage;
    return {
      id,
      version: row.version,
      unitId: row.unitId,
      authorityId: row.authorityId,
      state: row.state,
      field: row.field,
      rights: row.rights,
      grantMode: row.grantMode,
      profileId: row.profileId,
      profileVersion: signedUnder,
      agreementVersion: agreement?.revision ?? 0,
      term: row.term,
      inForceSince: row.inForceSince,
      emergencyPlanUntil: planStanding(plan, tx.context.at) === 'valid' ? (plan?.expiresOn ?? row.term.until) : null,
      suspension: (await this.openSuspension(tx, id)) ?? null,
      ended: row.ended,
    };
  }

  /** The parties of every authorisation that a unit has or had. */
  async ofUnit(tx: Tx, unitId: Id): Promise<{ readonly id: Id; readonly unitId: Id; readonly authorityId: Id }[]> {
    return (await this.repository.ofUnit(tx, unitId)).map(({ id, authorityId }) => ({ id, unitId, authorityId }));
  }

  async openSuspension(tx: Tx, authorisationId: Id): Promise<OpenSuspension | undefined> {
    const open = await this.suspensions.open(tx, authorisationId);
    return open && { id: open.id, since: open.imposedAt, reach: open.reach };
  }

  /** The rules for one matter of an authorisation: as signed for agreed terms, of today for statutory duties. */
  async profileOf(tx: Tx, authorisationId: Id, rule: RuleName): Promise<ResolvedProfile> {
    return this.jurisdictions.profileOf(tx, await this.repository.get(tx, authorisationId), rule);
  }

  profileAt(tx: Tx, profileId: string, day: Day): Promise<ResolvedProfile> {
    return this.jurisdictions.profileAt(tx, profileId, day);
  }

  /**
   * Termination begins: rights end at once, the filing duty starts, an open suspension is closed by it.
   * @throws Refusal `authorisation.ground-unknown`, `state.no-such-transition`.
   */
  async beginTermination(tx: Tx, id: Id, ground: string): Promise<AuthorisationFacts> {
    const row = await this.repository.lock(tx, id);
    const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(tx.context.at));
    await this.end(tx, row, decideTermination(row, ground, profile, tx.context.at), profile);
    return this.facts(tx, id);
  }

  /** The case is certified: everything that still stood under the authorisation ends with it (TERM-08). */
  async markTerminated(tx: Tx, id: Id): Promise<void> {
    const row = await this.repository.lock(tx, id);
    const next = await this.repository.move(tx, row, { state: 'terminated' });
    await this.closing.endAllUnder(tx, next);
    await this.closing.mark(tx, next, 'ended');
    await tx.record(ofAuthorisation(tx, next, { action: 'authorisation.terminated', before: row }));
  }

  /** At the end of the term; does nothing when it is not over, or was done (TERM-06). */
  async expire(tx: Tx, id: Id): Promise<void> {
    const row = await this.repository.lock(tx, id);
    const change = decideExpiry(row, tx.context.at);
    if (!change) {
      // Whatever woke it early must not be the last to wake it.
      const dueAt = expiryAhead(row);
      if (dueAt !== undefined) await tx.enqueue(expireJob, { key: id, dueAt, unitId: row.unitId });
      return;
    }
    await this.end(tx, row, change, await this.jurisdictions.profileAt(tx, row.profileId, dayOf(tx.context.at)));
  }

  private async end(tx: Tx, row: AuthorisationRow, change: Move, profile: ResolvedProfile): Promise<void> {
    const next = await this.repository.move(tx, row, change);
    const open = await this.suspensions.open(tx, row.id);
    if (open) await this.suspensions.move(tx, open, decideSuspensionEnd(open, next.ended?.ground ?? 'terminated'));
    const kinds = new Set((await this.repository.filingsOf(tx, row.id)).map((filing) => filing.kind));
    const duties = filingsAtTermination(profile, dayOf(tx.context.at), await this.jurisdictions.workingYears(tx));
    await fileDuties(
      tx,
      this.repository,
      row.id,
      duties.filter((duty) => !kinds.has(duty.kind)),
    );
    await this.closing.cut(tx, next);
    await this.closing.mark(tx, next, 'closing');
    const word = next.state === 'expired' ? 'expired' : 'terminating';
    await tx.record(
      ofAuthorisation(tx, next, { action: `authorisation.${word}`, before: row, details: { ground: next.ended?.ground ?? '' } }),
    );
    await tx.publish(word === 'expired' ? authorisationExpired : authorisationTerminating, row.id, {
      authorisationId: row.id,
      unitId: row.unitId,
    });
  }
}
