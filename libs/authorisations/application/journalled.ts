import type { JournalFact, Tx } from '#platform/database';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import type { DataRequestRow, PartnerRow, ScenarioRow } from '../persistence/request.entities.js';

type More = Partial<Omit<JournalFact, 'object'>>;

/** Journal facts of this context's objects, under the action of the act unless another is named. */
export const ofAuthorisation = (tx: Tx, row: AuthorisationRow, more: More = {}): JournalFact => ({
  action: tx.context.action,
  object: { kind: 'authorisation', id: row.id },
  unitId: row.unitId,
  authorisationId: row.id,
  after: row,
  ...more,
});

const below =
  (kind: string) =>
  (tx: Tx, row: (ScenarioRow | DataRequestRow | PartnerRow) & { scenarioId?: string }, more: More = {}): JournalFact => ({
    action: tx.context.action,
    object: { kind, id: row.id },
    unitId: row.unitId,
    authorisationId: row.authorisationId,
    scenarioId: row.scenarioId ?? row.id,
    after: row,
    ...more,
  });
export const ofScenario = below('scenario');
export const ofDataRequest = below('data-request');
export const ofPartner = below('partner');
