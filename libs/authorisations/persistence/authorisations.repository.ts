import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { emergencyPlanTransitions } from '../domain/emergency-plan.states.js';
import type { authorisationTransitions } from '../domain/authorisation.states.js';
import type { AuthorisationState } from '../domain/authorisation.states.js';
import { AgreementVersionRow, AuthorisationRow, EmergencyPlanRow, FilingRow } from './authorisation.entities.js';
import { authorisationTable, agreementVersionTable, emergencyPlanTable, filingTable } from './tables.js';

export type AuthorisationDecision = Change<AuthorisationRow> | Move<AuthorisationRow, typeof authorisationTransitions>;
type New<Row> = Omit<Row, 'version'>;

@Injectable()
export class AuthorisationsRepository {
  private readonly table = authorisationTable;
  private readonly agreements = agreementVersionTable;
  private readonly plans = emergencyPlanTable;
  private readonly filings = filingTable;

  insert = (tx: Tx, row: Begun<AuthorisationRow, 'draft'>): Promise<AuthorisationRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<AuthorisationRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<AuthorisationRow> => this.table.lock(tx, id, mode);

  /** Which profile governs each authorisation there is or was. */
  async profiles(tx: Tx): Promise<{ readonly id: Id; readonly profileId: string }[]> {
    const rows: { id: Id; profileId: string }[] = await managerOf(tx).query(
      'SELECT id, profile_id AS "profileId" FROM authorisations.authorisations',
    );
    return rows;
  }

  update = (tx: Tx, row: AuthorisationRow, change: Change<AuthorisationRow>): Promise<AuthorisationRow> =>
    this.table.update(tx, row, change);
  move = (tx: Tx, row: AuthorisationRow, change: Move<AuthorisationRow, typeof authorisationTransitions>): Promise<AuthorisationRow> =>
    this.table.move(tx, row, change);

  apply = (tx: Tx, row: AuthorisationRow, decision: AuthorisationDecision): Promise<AuthorisationRow> =>
    this.table.apply(tx, row, decision);

  page = (
    tx: Tx,
    where: { state?: AuthorisationState | undefined; unitId?: Id | undefined },
    request: PageRequest,
  ): Promise<Page<AuthorisationRow>> => this.table.page(tx, where, request);
  assertSees = (tx: Tx, row: AuthorisationRow): Promise<void> => this.table.assertSees(tx, row);

  ofUnit = (tx: Tx, unitId: Id): Promise<AuthorisationRow[]> => this.table.where(tx, { unitId });

  /** Authorisations of an authority that stand, other than one: in force, suspended or rectifying (AUTH-21). */
  async othersStanding(tx: Tx, authorityId: Id, than: Id): Promise<number> {
    const rows: { n: number }[] = await managerOf(tx).query(
      `SELECT count(DISTINCT unit_id)::int AS n FROM authorisations.authorisations
        WHERE authority_id = $1 AND id <> $2 AND state IN ('in-force', 'suspended', 'rectifying')`,
      [authorityId, than],
    );
    return rows[0]?.n ?? 0;
  }

  /** Serialises what counts an authority's units, so that two activations at once do not both pass the ceiling. */
  async lockCeiling(tx: Tx, authorityId: Id): Promise<void> {
    await managerOf(tx).query(`SELECT pg_advisory_xact_lock(hashtext('authorisations.ceiling'), hashtext($1))`, [authorityId]);
  }

  async latestAgreement(tx: Tx, authorisationId: Id): Promise<AgreementVersionRow | undefined> {
    return (await this.agreementVersions(tx, authorisationId)).at(-1);
  }
  async agreementVersions(tx: Tx, authorisationId: Id): Promise<AgreementVersionRow[]> {
    return (await this.agreements.where(tx, { authorisationId })).toSorted((a, b) => a.revision - b.revision);
  }
  addAgreement = (tx: Tx, row: New<AgreementVersionRow>): Promise<AgreementVersionRow> => this.agreements.insert(tx, row);
  updateAgreement = (tx: Tx, row: AgreementVersionRow, change: Partial<AgreementVersionRow>): Promise<AgreementVersionRow> =>
    this.agreements.update(tx, row, change);

  /** The plan that counts: the approved one, or else the newest. */
  async plan(tx: Tx, authorisationId: Id): Promise<EmergencyPlanRow | undefined> {
    const plans = (await this.plans.where(tx, { authorisationId })).toSorted((a, b) => b.revision - a.revision);
    return plans.find((plan) => plan.state === 'approved') ?? plans[0];
  }
  plansOf = (tx: Tx, authorisationId: Id): Promise<EmergencyPlanRow[]> => this.plans.where(tx, { authorisationId });
  lockPlan = (tx: Tx, id: Id): Promise<EmergencyPlanRow> => this.plans.lock(tx, id);
  addPlan = (tx: Tx, row: Begun<EmergencyPlanRow, 'draft'>): Promise<EmergencyPlanRow> => this.plans.insert(tx, row);
  updatePlan = (tx: Tx, row: EmergencyPlanRow, change: Change<EmergencyPlanRow>): Promise<EmergencyPlanRow> =>
    this.plans.update(tx, row, change);
  movePlan = (tx: Tx, row: EmergencyPlanRow, change: Move<EmergencyPlanRow, typeof emergencyPlanTransitions>): Promise<EmergencyPlanRow> =>
    this.plans.move(tx, row, change);

  filingsOf = (tx: Tx, authorisationId: Id): Promise<FilingRow[]> => this.filings.where(tx, { authorisationId });
  addFiling = (tx: Tx, row: New<FilingRow>): Promise<FilingRow> => this.filings.insert(tx, row);
  updateFiling = (tx: Tx, row: FilingRow, change: Partial<FilingRow>): Promise<FilingRow> => this.filings.update(tx, row, change);
}
