import { StateTable } from '#platform/database/persistence';
import { runTransitions } from '#seats/contract';
import { refuse } from '../domain/refusals.js';
import { submissionTransitions } from '../domain/states.js';
import { CodeRunRow, SubmissionRow } from './entities.js';

export const codeRunTable = new StateTable(CodeRunRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'code-run',
  refuse,
  transitions: runTransitions,
  initial: ['queued'],
});
export const submissionTable = new StateTable(SubmissionRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'code-submission',
  refuse,
  transitions: submissionTransitions,
  initial: ['submitted'],
});

/** Every table of the context whose rows change. */
export const coderunsTables = [codeRunTable, submissionTable];
