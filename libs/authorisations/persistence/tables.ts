import { RowTable, StateTable } from '#platform/database/persistence';
import { approvalTransitions } from '../domain/approval.states.js';
import { authorisationTransitions } from '../domain/authorisation.states.js';
import { dataRequestItemTransitions } from '../domain/data-request.states.js';
import { emergencyPlanTransitions } from '../domain/emergency-plan.states.js';
import { partnerTransitions } from '../domain/partner.states.js';
import { rectificationTransitions } from '../domain/rectification.states.js';
import { scenarioTransitions } from '../domain/scenario.states.js';
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
import { ApprovalRow, ProfileEntryRow, WorkingYearRow } from './review.entities.js';

export const approvalTable = new StateTable(ApprovalRow, {
  what: 'approval',
  ifMatchApplies: false,
  transitions: approvalTransitions,
  initial: ['open'],
});
export const authorisationTable = new StateTable(AuthorisationRow, {
  what: 'authorisation',
  transitions: authorisationTransitions,
  initial: ['draft'],
});
export const agreementVersionTable = new RowTable(AgreementVersionRow, { what: 'agreement', ifMatchApplies: false });
export const emergencyPlanTable = new StateTable(EmergencyPlanRow, {
  what: 'emergency-plan',
  ifMatchApplies: false,
  transitions: emergencyPlanTransitions,
  initial: ['draft'],
});
export const filingTable = new RowTable(FilingRow, { what: 'filing', ifMatchApplies: false });
export const dataRequestTable = new RowTable(DataRequestRow, { what: 'data-request' });
export const dataRequestItemTable = new StateTable(DataRequestItemRow, {
  what: 'data-request',
  ifMatchApplies: false,
  transitions: dataRequestItemTransitions,
  initial: ['draft'],
});
export const profileEntryTable = new RowTable(ProfileEntryRow, { what: 'profile-entry' });
export const workingYearTable = new RowTable(WorkingYearRow, { what: 'working-year' });
export const scenarioTable = new StateTable(ScenarioRow, { what: 'scenario', transitions: scenarioTransitions, initial: ['draft'] });
export const partnerTable = new StateTable(PartnerRow, { what: 'partner', transitions: partnerTransitions, initial: ['draft'] });
export const consentTable = new RowTable(ConsentRow, { what: 'consent' });
export const suspensionTable = new StateTable(SuspensionRow, {
  what: 'suspension',
  ifMatchApplies: false,
  transitions: suspensionTransitions,
  initial: ['imposed'],
});
export const rectificationTable = new StateTable(RectificationRow, {
  what: 'rectification',
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
  workingYearTable,
  scenarioTable,
  partnerTable,
  consentTable,
  suspensionTable,
  rectificationTable,
];
