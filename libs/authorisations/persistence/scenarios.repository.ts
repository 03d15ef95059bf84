import type { Id, Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { ConsentRow, PartnerRow, ScenarioRow } from './request.entities.js';
import { within } from './within.js';

type New<Row> = Omit<Row, 'version'>;

@Injectable()
export class ScenariosRepository {
  private readonly scenarios = new StateTable<ScenarioRow>(ScenarioRow, 'scenario');
  insert = (tx: Tx, row: New<ScenarioRow>): Promise<ScenarioRow> => this.scenarios.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<ScenarioRow> => this.scenarios.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<ScenarioRow> => this.scenarios.lock(tx, id, mode);
  update = (tx: Tx, row: ScenarioRow, change: Partial<ScenarioRow>): Promise<ScenarioRow> => this.scenarios.update(tx, row, change);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<ScenarioRow[]> => this.scenarios.where(tx, { authorisationId });
  page = (tx: Tx, reach: Reach, where: { authorisationId?: Id | undefined }, request: PageRequest): Promise<Page<ScenarioRow>> =>
    this.scenarios.page(tx, within<ScenarioRow>(reach, where), request);
}

@Injectable()
export class PartnersRepository {
  private readonly partners = new StateTable<PartnerRow>(PartnerRow, 'partner');
  insert = (tx: Tx, row: New<PartnerRow>): Promise<PartnerRow> => this.partners.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PartnerRow> => this.partners.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<PartnerRow> => this.partners.lock(tx, id, mode);
  update = (tx: Tx, row: PartnerRow, change: Partial<PartnerRow>): Promise<PartnerRow> => this.partners.update(tx, row, change);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<PartnerRow[]> => this.partners.where(tx, { authorisationId });
  below = (tx: Tx, parentId: Id): Promise<PartnerRow[]> => this.partners.where(tx, { parentId });
  page = (tx: Tx, reach: Reach, where: { scenarioId?: Id | undefined }, request: PageRequest): Promise<Page<PartnerRow>> =>
    this.partners.page(tx, within<PartnerRow>(reach, where), request);
}

@Injectable()
export class ConsentsRepository {
  private readonly consents = new StateTable<ConsentRow>(ConsentRow, 'consent');
  insert = (tx: Tx, row: New<ConsentRow>): Promise<ConsentRow> => this.consents.insert(tx, row);
  find = (tx: Tx, id: Id): Promise<ConsentRow | undefined> => this.consents.find(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<ConsentRow> => this.consents.lock(tx, id, mode);
  update = (tx: Tx, row: ConsentRow, change: Partial<ConsentRow>): Promise<ConsentRow> => this.consents.update(tx, row, change);
  ofScenario = (tx: Tx, scenarioId: Id): Promise<ConsentRow[]> => this.consents.where(tx, { scenarioId });
}
