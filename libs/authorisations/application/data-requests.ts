import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { consentStanding } from '../domain/consent.js';
import { DataRequestsRepository } from '../persistence/data-requests.repository.js';
import type { DataRequestItemRow } from '../persistence/request.entities.js';
import { ConsentsRepository, PartnersRepository } from '../persistence/scenarios.repository.js';
import type { Admission, GrantedItem } from './facts.js';

/** The door for other contexts: what a scenario was granted. */
@Injectable()
export class DataRequests {
  constructor(private readonly repository: DataRequestsRepository) {}

  /** Granted items, with exactly the fields that are open. With `share` they stay so until the transaction ends. */
  async inForceItems(tx: Tx, scenarioId: Id, datasetId?: Id, lock?: 'share'): Promise<GrantedItem[]> {
    const rows = await this.repository.inForce(tx, scenarioId, datasetId);
    if (lock === undefined) return rows.map(grantedItem);
    const locked: DataRequestItemRow[] = [];
    for (const row of rows) locked.push(await this.repository.lockItem(tx, row.id, lock));
    return locked.filter((row) => row.state === 'in-force').map(grantedItem);
  }
}

const grantedItem = (row: DataRequestItemRow): GrantedItem => ({
  id: row.id,
  requestId: row.requestId,
  revision: row.sinceRevision,
  authorisationId: row.authorisationId,
  scenarioId: row.scenarioId,
  unitId: row.unitId,
  datasetId: row.datasetId,
  providerId: row.providerId,
  fields: row.fields.filter((field) => row.grant?.open.includes(field.name)),
  withheld: row.grant?.withheld ?? [],
  rows: { what: row.rows.what, limit: row.rows.limit },
  period: { from: row.period.from, until: row.period.until },
  frequency: row.frequency,
  use: row.use,
});

/** The door for other contexts: consents, asked again before every run (ACC-03, REQ-07). */
@Injectable()
export class Consents {
  constructor(private readonly repository: ConsentsRepository) {}

  /** Whether a consent covers a field of a scenario at a moment: unexpired, not withdrawn, naming both. An unknown one does not. */
  async valid(tx: Tx, id: Id, use: { field: string; scenarioId: Id }, at: Instant): Promise<boolean> {
    const consent = await this.repository.find(tx, id);
    return consent !== undefined && consentStanding(consent, use.field, use.scenarioId, at) === 'valid';
  }
}

/** The door for other contexts: records that outside people's seats hang on. */
@Injectable()
export class Admissions {
  constructor(private readonly repository: PartnersRepository) {}

  /** @throws Refusal `partner.not-found`. */
  async facts(tx: Tx, id: Id, lock?: 'share'): Promise<Admission> {
    const row = lock === undefined ? await this.repository.get(tx, id) : await this.repository.lock(tx, id, lock);
    const { kind, authorisationId, scenarioId, unitId, authorityId, organisationId, parentId, state, scope, until, approvedAt } = row;
    return { id, kind, authorisationId, scenarioId, unitId, authorityId, organisationId, parentId, state, scope, until, approvedAt };
  }
}
