import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { AuthorisationsModule } from './authorisations.module.js';
import { AUTHORISATIONS_CONFIG, authorisationsConfig } from './config.js';
import { authorisationAuditActions } from './domain/audit-actions.js';
import { authorisationsEndings } from './domain/endings.js';
import { refusals } from './domain/refusals.js';
import { AdmissionsController } from './http/admissions.controller.js';
import { AgreementsController } from './http/agreements.controller.js';
import { AuthorisationsController } from './http/authorisations.controller.js';
import { DataRequestsController } from './http/data-requests.controller.js';
import { ProfilesController } from './http/profiles.controller.js';
import { ScenariosController } from './http/scenarios.controller.js';
import { StageBodiesController } from './http/stage-bodies.controller.js';
import { SuspensionsController } from './http/suspensions.controller.js';
import { AuthorisationJobs } from './jobs/authorisation.jobs.js';
import { authorisationEntities } from './persistence/entities.js';
import { authorisationsGrants } from './persistence/grants.js';
import { AuthorisationsAndReviews1763700200000 } from './persistence/migrations/authorisations-and-reviews.js';
import { ScenariosAndRequests1763700201000 } from './persistence/migrations/scenarios-and-requests.js';
import { WorkingYearsByTwo1763900041002 } from './persistence/migrations/working-years-by-two.js';
import { BodyEndingsByTwo1763900041001 } from './persistence/migrations/body-endings-by-two.js';
import { StageBodies1763800060001 } from './persistence/migrations/stage-bodies.js';
import { RulesWithoutValue1763800310000 } from './persistence/migrations/rules-without-value.js';
import { authorisationsTables } from './persistence/tables.js';
import { VotesByGrant1763800050001 } from './persistence/migrations/votes-by-grant.js';
import { VotesReplaced1763800300000 } from './persistence/migrations/votes-replaced.js';

export { Authorisations } from './application/authorisations.js';
export { Admissions, Consents, DataRequests } from './application/data-requests.js';
export type { Admission, AuthorisationFacts, GrantedItem, Operating, ScenarioFacts } from './application/facts.js';
export { LogRetentionMonths } from './application/log-retention.js';
export { Scenarios } from './application/scenarios.js';
export type { Deadline, Figure } from './domain/deadline.js';
export type { RuleName, TerminationGround } from './domain/jurisdictions/profile.js';
export { type ResolvedProfile, valueIfGiven } from './domain/jurisdictions/resolve.js';
export { type Right, assertRight } from './domain/rights.js';
export { authorisationNotFound, scenarioNotFound } from './domain/refusals.js';
export { AuthorisationsModule };

export const authorisationsContext: ContextDeclaration<typeof refusals> = {
  name: 'authorisations',
  module: AuthorisationsModule,
  controllers: [
    AuthorisationsController,
    AgreementsController,
    SuspensionsController,
    ScenariosController,
    DataRequestsController,
    AdmissionsController,
    ProfilesController,
    StageBodiesController,
  ],
  schemas: contract,
  jobs: [AuthorisationJobs],
  reconcilers: [],
  entities: authorisationEntities,
  tables: authorisationsTables,
  grants: authorisationsGrants,
  migrations: [
    AuthorisationsAndReviews1763700200000,
    ScenariosAndRequests1763700201000,
    VotesByGrant1763800050001,
    StageBodies1763800060001,
    VotesReplaced1763800300000,
    RulesWithoutValue1763800310000,
    BodyEndingsByTwo1763900041001,
    WorkingYearsByTwo1763900041002,
  ],
  config: { name: 'authorisations', schema: authorisationsConfig, token: AUTHORISATIONS_CONFIG },
  auditActions: authorisationAuditActions,
  refusals,
  endings: authorisationsEndings,
  uniques: {
    'authorisations.agreement_versions_authorisation_id_revision_key': 'state.changed-meanwhile',
    'authorisations.approvals_one_open': 'state.changed-meanwhile',
    'authorisations.consents_service_reference_scenario_id_key': 'state.exists-already',
    'authorisations.data_requests_external_reference_key': 'state.exists-already',
    'authorisations.deadlines_authorisation_id_kind_key': 'state.changed-meanwhile',
    'authorisations.emergency_plans_authorisation_id_revision_key': 'state.changed-meanwhile',
    'authorisations.rectifications_suspension_id_key': 'state.exists-already',
    'authorisations.stage_bodies_one_registered': 'stage-body.known',
    'authorisations.suspensions_one_open': 'state.changed-meanwhile',
    'authorisations.votes_approval_id_grant_id_key': 'approval.voted-already',
  },
};
