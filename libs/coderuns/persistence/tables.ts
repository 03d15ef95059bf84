import { StateTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { submissionTransitions } from '../domain/states.js';
import { CodeRunsRepository } from './code-runs.repository.js';
import { SubmissionRow } from './entities.js';

export const submissionTable = new StateTable(SubmissionRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'code-submission',
  refuse,
  transitions: submissionTransitions,
  initial: ['submitted'],
});

/** Every table of the context whose rows change. */
export const coderunsTables = [new CodeRunsRepository(), submissionTable];
