import {
  AgreementVersionRow,
  AuthorisationRow,
  EmergencyPlanRow,
  FilingRow,
  RectificationRow,
  SuspensionRow,
} from './authorisation.entities.js';
import { ConsentRow, DataRequestItemRow, DataRequestRow, PartnerRow, ScenarioRow } from './request.entities.js';
import { ApprovalRow, ProfileEntryRow, VoteRow, WorkingYearRow } from './review.entities.js';

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
  WorkingYearRow,
];
