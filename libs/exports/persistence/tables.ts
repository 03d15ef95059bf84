import { RowTable, StateTable } from '#platform/database/persistence';
import { exportTransitions } from '../domain/export-request.js';
import { refuse } from '../domain/refusals.js';
import { releaseLinkTransitions } from '../domain/release.js';
import { ReleaseLinkRow, PolicyRow, BudgetRow, ExportRequestRow } from './entities.js';

export const releaseLinkTable = new StateTable(ReleaseLinkRow, {
  what: 'release-link',
  refuse,
  transitions: releaseLinkTransitions,
  initial: ['open'],
});
export const policyTable = new RowTable(PolicyRow, { parties: 'everyone', what: 'export-policy', refuse });
export const budgetTable = new RowTable(BudgetRow, { what: 'export-budget', refuse });
export const exportRequestTable = new StateTable(ExportRequestRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'export-request',
  refuse,
  transitions: exportTransitions,
  initial: ['draft'],
});

/** Every table of the context whose rows change. */
export const exportsTables = [releaseLinkTable, policyTable, budgetTable, exportRequestTable];
