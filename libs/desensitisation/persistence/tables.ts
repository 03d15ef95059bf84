import { RowTable, StateTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { planTransitions } from '../domain/states.js';
import { PlanRow, PseudonymKeyRow } from './entities.js';
import { RunsRepository } from './runs.repository.js';

export const planTable = new StateTable(PlanRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', providerId: 'providerId', datasetId: 'datasetId' },
  what: 'desensitisation-plan',
  refuse,
  transitions: planTransitions,
  initial: ['proposing'],
});
export const pseudonymKeyTable = new RowTable(PseudonymKeyRow, { what: 'pseudonym-key', refuse });

/** Every table of the context whose rows change. */
export const desensitisationTables = [planTable, pseudonymKeyTable, new RunsRepository()];
