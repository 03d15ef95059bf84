import { RowTable, StateTable } from '#platform/database/persistence';
import { runTransitions } from '#seats/contract';
import { refuse } from '../domain/refusals.js';
import { planTransitions } from '../domain/states.js';
import { PlanRow, PseudonymKeyRow, RunRow } from './entities.js';

export const planTable = new StateTable(PlanRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' },
  what: 'desensitisation-plan',
  refuse,
  transitions: planTransitions,
  initial: ['proposing'],
});
export const pseudonymKeyTable = new RowTable(PseudonymKeyRow, { what: 'pseudonym-key', refuse });
export const runTable = new StateTable(RunRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' },
  what: 'desensitisation-run',
  refuse,
  transitions: runTransitions,
  initial: ['queued'],
});

/** Every table of the context whose rows change. */
export const desensitisationTables = [planTable, pseudonymKeyTable, runTable];
