import { RowTable, StateTable } from '#platform/database/persistence';
import type { ApprovalSubjectKind } from '../domain/approval.js';
import { approvalTransitions } from '../domain/approval.states.js';
import { authorisationTransitions } from '../domain/authorisation.states.js';
import { dataRequestItemTransitions } from '../domain/data-request.states.js';
import { emergencyPlanTransitions } from '../domain/emergency-plan.states.js';
import { partnerTransitions } from '../domain/partner.states.js';
import { rectificationTransitions } from '../domain/rectification.states.js';
import { refuse } from '../domain/refusals.js';
import { scenarioTransitions } from '../domain/scenario.states.js';
import { stageBodyTransitions } from '../domain/stage-body.states.js';
import { suspensionTransitions } from '../domain/suspension.states.js';
import {
  AuthorisationRow,
  AgreementVersionRow,
  EmergencyPlanRow,
  FilingRow,
  SuspensionRow,
  RectificationRow,
} from './authorisation.entities.js';
import { DataRequestRow, DataRequestItemRow, ScenarioRow, PartnerRow, ConsentRow } from './request.entities.js';
import { ApprovalRow, ProfileEntryRow, StageBodyRow, SupersedingTextRow, WorkingYearRow } from './review.entities.js';

/** Organisations that sit at the table of the newest review of a subject. */
const atTheTable = (kind: ApprovalSubjectKind, subjects: string): string =>
  `SELECT (slot ->> 'organisationId')::uuid FROM authorisations.approvals a, jsonb_array_elements(a.slots) slot
   WHERE a.subject_kind = '${kind}' AND a.subject_id IN ( ${subjects} ) AND NOT EXISTS (SELECT 1 FROM authorisations.approvals newer
     WHERE newer.subject_kind = a.subject_kind AND newer.subject_id = a.subject_id AND newer.id > a.id)`;
/** A provider's people see the requests that hold an item of theirs (EVAL-07). */
const ofItems = (column: 'id' | 'provider_id' | 'dataset_id'): string =>
  `SELECT i.${column} FROM authorisations.data_request_items i WHERE i.request_id = row.id`;

export const approvalTable = new StateTable(ApprovalRow, {
  what: 'approval',
  refuse,
  ifMatchApplies: false,
  transitions: approvalTransitions,
  initial: ['open'],
});
export const authorisationTable = new StateTable(AuthorisationRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', memberId: { ids: atTheTable('authorisation', 'row.id') } },
  what: 'authorisation',
  refuse,
  transitions: authorisationTransitions,
  initial: ['draft'],
});
export const agreementVersionTable = new RowTable(AgreementVersionRow, { what: 'agreement', refuse, ifMatchApplies: false });
export const emergencyPlanTable = new StateTable(EmergencyPlanRow, {
  what: 'emergency-plan',
  refuse,
  ifMatchApplies: false,
  transitions: emergencyPlanTransitions,
  initial: ['draft'],
});
export const filingTable = new RowTable(FilingRow, { what: 'filing', refuse, ifMatchApplies: false });
export const dataRequestTable = new RowTable(DataRequestRow, {
  parties: {
    unitId: 'unitId',
    authorityId: 'authorityId',
    providerId: { ids: ofItems('provider_id') },
    datasetId: { ids: ofItems('dataset_id') },
    memberId: { ids: atTheTable('data-request-item', ofItems('id')) },
  },
  what: 'data-request',
  refuse,
});
export const dataRequestItemTable = new StateTable(DataRequestItemRow, {
  what: 'data-request',
  refuse,
  ifMatchApplies: false,
  transitions: dataRequestItemTransitions,
  initial: ['draft'],
});
export const profileEntryTable = new RowTable(ProfileEntryRow, { what: 'profile-entry', refuse });
export const supersedingTextTable = new RowTable(SupersedingTextRow, { what: 'superseding-text', refuse });
export const stageBodyTable = new StateTable(StageBodyRow, {
  parties: 'everyone',
  what: 'stage-body',
  refuse,
  transitions: stageBodyTransitions,
  initial: ['proposed'],
});
export const workingYearTable = new RowTable(WorkingYearRow, { what: 'working-year', refuse });
export const scenarioTable = new StateTable(ScenarioRow, {
  parties: {
    unitId: 'unitId',
    authorityId: 'authorityId',
    memberId: { ids: `SELECT row.unitId UNION ALL ${atTheTable('scenario', 'row.id')}` },
  },
  what: 'scenario',
  refuse,
  transitions: scenarioTransitions,
  initial: ['draft'],
});
export const partnerTable = new StateTable(PartnerRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', memberId: { ids: atTheTable('partner', 'row.id') } },
  what: 'partner',
  refuse,
  transitions: partnerTransitions,
  initial: ['draft'],
});
export const consentTable = new RowTable(ConsentRow, { what: 'consent', refuse });
export const suspensionTable = new StateTable(SuspensionRow, {
  parties: {
    unitId: 'unitId',
    authorityId: { ids: 'SELECT a.authority_id FROM authorisations.authorisations a WHERE a.id = row.authorisationId ' },
  },
  what: 'suspension',
  refuse,
  ifMatchApplies: false,
  transitions: suspensionTransitions,
  initial: ['imposed'],
});
export const rectificationTable = new StateTable(RectificationRow, {
  what: 'rectification',
  refuse,
  ifMatchApplies: false,
  transitions: rectificationTransitions,
  initial: ['ordered'],
});

/** Every table of the context whose rows change. */
export const authorisationsTables = [
  approvalTable,
  authorisationTable,
  agreementVersionTable,
  emergencyPlanTable,
  filingTable,
  dataRequestTable,
  dataRequestItemTable,
  profileEntryTable,
  supersedingTextTable,
  stageBodyTable,
  workingYearTable,
  scenarioTable,
  partnerTable,
  consentTable,
  suspensionTable,
  rectificationTable,
];
