import { RowTable, StateTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { terminationTransitions } from '../domain/termination.js';
import { LegalHoldRow, TerminationRow, ExitRow } from './entities.js';

/** Parties of what a hold preserves, from the published views: whoever reaches any of it sees the hold. */
const preservedFor = (party: 'unit_id' | 'authority_id'): string => `SELECT a.${party} FROM authorisations.v_authorisations a WHERE
  row.targetKind = 'authorisation' AND a.id = row.targetId OR row.targetKind = 'unit' AND a.unit_id = row.targetId
  OR row.targetKind = 'scenario' AND a.id IN (SELECT s.authorisation_id FROM authorisations.v_scenarios s WHERE s.id = row.targetId )
  OR row.targetKind = 'domain' AND a.id IN (SELECT d.authorisation_id FROM domains.v_operation_domains d WHERE d.id = row.targetId )`;

export const legalHoldTable = new RowTable(LegalHoldRow, {
  parties: { unitId: { ids: preservedFor('unit_id') }, authorityId: { ids: preservedFor('authority_id') } },
  what: 'legal-hold',
  refuse,
});
export const terminationTable = new StateTable(TerminationRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'termination',
  refuse,
  transitions: terminationTransitions,
  initial: ['opened'],
});
export const exitTable = new RowTable(ExitRow, { what: 'exit', refuse, ifMatchApplies: false });

/** Every table of the context whose rows change. */
export const terminationsTables = [legalHoldTable, terminationTable, exitTable];
