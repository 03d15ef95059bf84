import { IdentityModule } from '#identity';
import { Module } from '@nestjs/common';
import { Agreements } from './application/agreements.js';
import { Applications } from './application/applications.js';
import { AuthorisationViews } from './application/authorisation-views.js';
import { Authorisations } from './application/authorisations.js';
import { Closing } from './application/closing.js';
import { ConsentActs } from './application/consent-acts.js';
import { DataRequestActs } from './application/data-request-acts.js';
import { DataRequestViews } from './application/data-request-views.js';
import { Admissions, Consents, DataRequests } from './application/data-requests.js';
import { JurisdictionActs } from './application/jurisdiction-acts.js';
import { Jurisdictions } from './application/jurisdictions.js';
import { LogRetentionMonths } from './application/log-retention.js';
import { PartnerActs } from './application/partner-acts.js';
import { RequestFactsGatherer } from './application/request-facts.js';
import { ResponsiblePeople } from './application/responsible-people.js';
import { Reviews } from './application/reviews.js';
import { ScenarioActs } from './application/scenario-acts.js';
import { Scenarios } from './application/scenarios.js';
import { StageBodies } from './application/stage-bodies.js';
import { StageReviews } from './application/stage-reviews.js';
import { SuspensionCases } from './application/suspension-cases.js';
import { ApprovalsRepository } from './persistence/approvals.repository.js';
import { AuthorisationsRepository } from './persistence/authorisations.repository.js';
import { DataRequestsRepository } from './persistence/data-requests.repository.js';
import { JurisdictionsRepository } from './persistence/jurisdictions.repository.js';
import { ConsentsRepository, PartnersRepository, ScenariosRepository } from './persistence/scenarios.repository.js';
import { StageBodiesRepository } from './persistence/stage-bodies.repository.js';
import { SuspensionsRepository } from './persistence/suspensions.repository.js';

const repositories = [
  ApprovalsRepository,
  AuthorisationsRepository,
  ConsentsRepository,
  DataRequestsRepository,
  JurisdictionsRepository,
  PartnersRepository,
  ScenariosRepository,
  StageBodiesRepository,
  SuspensionsRepository,
];
/** What other contexts' decisions rest on. */
const door = [Admissions, Authorisations, Consents, DataRequests, LogRetentionMonths, Scenarios];
/** What controllers and jobs call. */
const acts = [
  Agreements,
  Applications,
  AuthorisationViews,
  ConsentActs,
  DataRequestActs,
  JurisdictionActs,
  PartnerActs,
  ScenarioActs,
  StageBodies,
  StageReviews,
  SuspensionCases,
];

@Module({
  imports: [IdentityModule],
  providers: [
    ...repositories,
    ...door,
    ...acts,
    Closing,
    DataRequestViews,
    Jurisdictions,
    RequestFactsGatherer,
    ResponsiblePeople,
    Reviews,
  ],
  exports: [...door, ...acts],
})
export class AuthorisationsModule {}
