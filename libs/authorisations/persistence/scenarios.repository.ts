import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import type { Change, Move, Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { partnerTransitions } from '../domain/partner.states.js';
import type { scenarioTransitions } from '../domain/scenario.states.js';
import { ConsentRow, PartnerRow, ScenarioRow } from './request.entities.js';
import { scenarioTable, partnerTable, consentTable } from './tables.js';

type New<Row> = Omit<Row, 'version'>;

@Injectable()
export class ScenariosRepository {
  private readonly scenarios = scenarioTable;
  insert = (tx: Tx, row: Begun<ScenarioRow, 'draft'>): Promise<ScenarioRow> => this.scenarios.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<ScenarioRow> => this.scenarios.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<ScenarioRow> => this.scenarios.lock(tx, id, mode);
  update = (tx: Tx, row: ScenarioRow, change: Change<ScenarioRow>): Promise<ScenarioRow> => this.scenarios.update(tx, row, change);
  move = (tx: Tx, row: ScenarioRow, change: Move<ScenarioRow, typeof scenarioTransitions>): Promise<ScenarioRow> =>
    this.scenarios.move(tx, row, change);
  apply = (tx: Tx, row: ScenarioRow, decision: Change<ScenarioRow> | Move<ScenarioRow, typeof scenarioTransitions>): Promise<ScenarioRow> =>
    this.scenarios.apply(tx, row, decision);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<ScenarioRow[]> => this.scenarios.where(tx, { authorisationId });
  assertSees = (tx: Tx, row: ScenarioRow): Promise<void> => this.scenarios.assertSees(tx, row);
  page = (tx: Tx, where: { authorisationId?: Id | undefined }, request: PageRequest): Promise<Page<ScenarioRow>> =>
    this.scenarios.page(tx, where, request);
}

@Injectable()
export class PartnersRepository {
  private readonly partners = partnerTable;
  insert = (tx: Tx, row: Begun<PartnerRow, 'draft'>): Promise<PartnerRow> => this.partners.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PartnerRow> => this.partners.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<PartnerRow> => this.partners.lock(tx, id, mode);
  update = (tx: Tx, row: PartnerRow, change: Change<PartnerRow>): Promise<PartnerRow> => this.partners.update(tx, row, change);
  move = (tx: Tx, row: PartnerRow, change: Move<PartnerRow, typeof partnerTransitions>): Promise<PartnerRow> =>
    this.partners.move(tx, row, change);
  apply = (tx: Tx, row: PartnerRow, decision: Change<PartnerRow> | Move<PartnerRow, typeof partnerTransitions>): Promise<PartnerRow> =>
    this.partners.apply(tx, row, decision);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<PartnerRow[]> => this.partners.where(tx, { authorisationId });
  below = (tx: Tx, parentId: Id): Promise<PartnerRow[]> => this.partners.where(tx, { parentId });
  assertSees = (tx: Tx, row: PartnerRow): Promise<void> => this.partners.assertSees(tx, row);
  page = (tx: Tx, where: { scenarioId?: Id | undefined }, request: PageRequest): Promise<Page<PartnerRow>> =>
    this.partners.page(tx, where, request);
}

@Injectable()
export class ConsentsRepository {
  private readonly consents = consentTable;
  insert = (tx: Tx, row: New<ConsentRow>): Promise<ConsentRow> => this.consents.insert(tx, row);
  find = (tx: Tx, id: Id): Promise<ConsentRow | undefined> => this.consents.find(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<ConsentRow> => this.consents.lock(tx, id, mode);
  update = (tx: Tx, row: ConsentRow, change: Partial<ConsentRow>): Promise<ConsentRow> => this.consents.update(tx, row, change);
  ofScenario = (tx: Tx, scenarioId: Id): Promise<ConsentRow[]> => this.consents.where(tx, { scenarioId });
}
