import { RowTable } from '#platform/database/persistence';
import { WitnessRow, AuditCaseRow } from './entities.js';

export const witnessTable = new RowTable(WitnessRow, { what: 'audit-witness' });
export const auditCaseTable = new RowTable(AuditCaseRow, { parties: { personId: 'requestedBy' }, what: 'audit-case' });

/** Every table of the context whose rows change. */
export const auditTables = [witnessTable, auditCaseTable];
