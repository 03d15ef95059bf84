import { defineEvent } from '#kernel';
import { pageQuery } from '#platform/http/schemas';
import { z } from 'zod';
import { authorisationStates } from './domain/authorisation.states.js';
import { stageBodyStates } from './domain/stage-body.states.js';

export * from './domain/messages/authorisations.messages.js';
export { ApprovalView, Ballot } from './domain/messages/common.messages.js';
export * from './domain/messages/data-requests.messages.js';
export * from './domain/messages/profiles.messages.js';
export * from './domain/messages/scenarios.messages.js';
export * from './domain/messages/stage-bodies.messages.js';
export * from './domain/messages/suspensions.messages.js';

export const AuthorisationsQuery = pageQuery.extend({ state: z.enum(authorisationStates).optional(), unitId: z.uuid().optional() });
export const BodiesQuery = pageQuery.extend({ authorityId: z.uuid().optional(), state: z.enum(stageBodyStates).optional() });
export const ScenariosQuery = pageQuery.extend({ authorisationId: z.uuid().optional() });
export const PartnersQuery = pageQuery.extend({ scenarioId: z.uuid().optional() });
export const DataRequestsQuery = pageQuery.extend({ scenarioId: z.uuid().optional() });

const authorisation = z.strictObject({ authorisationId: z.uuid(), unitId: z.uuid() });
const suspension = authorisation.extend({ suspensionId: z.uuid() });
const scenario = authorisation.extend({ scenarioId: z.uuid() });

export const authorisationInForce = defineEvent('authorisation.in-force.v1', authorisation);
export const authorisationSuspended = defineEvent('authorisation.suspended.v1', suspension);
export const authorisationResumed = defineEvent('authorisation.resumed.v1', suspension);
export const authorisationExpired = defineEvent('authorisation.expired.v1', authorisation);
export const authorisationTerminating = defineEvent('authorisation.terminating.v1', authorisation);
export const scenarioStopped = defineEvent('scenario.stopped.v1', scenario);
export const scenarioResumed = defineEvent('scenario.resumed.v1', scenario);
export const scenarioEnded = defineEvent('scenario.ended.v1', scenario);
/** Less of a provider's data is open to a scenario than before: a granted item or a consent was withdrawn. */
export const grantShrunk = defineEvent('grant.shrunk.v1', scenario);
export const partnerEnded = defineEvent('partner.ended.v1', scenario.extend({ partnerId: z.uuid() }));
