import {
  AgreementVersionRow,
  AuthorisationRow,
  EmergencyPlanRow,
  FilingRow,
  RectificationRow,
  SuspensionRow,
} from './authorisation.entities.js';
import { ConsentRow, DataRequestItemRow, DataRequestRow, PartnerRow, ScenarioRow } from './request.entities.js';
import { ApprovalRow, ProfileEntryRow, StageBodyRow, SupersedingTextRow, VoteRow, WorkingYearRow } from './review.entities.js';

export const authorisationEntities = [
  AuthorisationRow,
  AgreementVersionRow,
  EmergencyPlanRow,
  FilingRow,
  SuspensionRow,
  RectificationRow,
  ScenarioRow,
  DataRequestRow,
  DataRequestItemRow,
  ConsentRow,
  PartnerRow,
  ApprovalRow,
  VoteRow,
  ProfileEntryRow,
  StageBodyRow,
  SupersedingTextRow,
  WorkingYearRow,
];
