import { RowTable, StateTable } from '#platform/database/persistence';
import { terminationTransitions } from '../domain/termination.js';
import { LegalHoldRow, TerminationRow, ExitRow } from './entities.js';

export const legalHoldTable = new RowTable(LegalHoldRow, { what: 'legal-hold' });
export const terminationTable = new StateTable(TerminationRow, {
  what: 'termination',
  transitions: terminationTransitions,
  initial: ['opened'],
});
export const exitTable = new RowTable(ExitRow, { what: 'exit', ifMatchApplies: false });

/** Every table of the context whose rows change. */
export const terminationsTables = [legalHoldTable, terminationTable, exitTable];
