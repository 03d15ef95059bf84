import { RowTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { WitnessRow, AuditCaseRow } from './entities.js';

export const witnessTable = new RowTable(WitnessRow, { what: 'audit-witness', refuse });
export const auditCaseTable = new RowTable(AuditCaseRow, { parties: { personId: 'requestedBy' }, what: 'audit-case', refuse });

/** Every table of the context whose rows change. */
export const auditTables = [witnessTable, auditCaseTable];
