import { pageQuery } from '#platform/http/schemas';
import { z } from 'zod';
import { authorisationStates } from './domain/authorisation.states.js';

export * from './domain/messages/authorisations.messages.js';
export { ApprovalView, Ballot, Parties } from './domain/messages/common.messages.js';
export * from './domain/messages/data-requests.messages.js';
export * from './domain/messages/profiles.messages.js';
export * from './domain/messages/scenarios.messages.js';
export * from './domain/messages/suspensions.messages.js';

export const AuthorisationsQuery = pageQuery.extend({ state: z.enum(authorisationStates).optional(), unitId: z.uuid().optional() });
export const ScenariosQuery = pageQuery.extend({ authorisationId: z.uuid().optional() });
export const PartnersQuery = pageQuery.extend({ scenarioId: z.uuid().optional() });
export const DataRequestsQuery = pageQuery.extend({ scenarioId: z.uuid().optional() });

const id = z.uuid();
const authorisation = z.object({ authorisationId: id, unitId: id });
const scenario = z.object({ scenarioId: id, authorisationId: id, unitId: id });

/** Event types that this context publishes; payloads hold ids only, consumers read again. */
export const authorisationEvents = {
  'authorisation.in-force.v1': authorisation,
  'authorisation.suspended.v1': authorisation.extend({ suspensionId: id }),
  'authorisation.resumed.v1': authorisation.extend({ suspensionId: id }),
  'authorisation.expired.v1': authorisation,
  'authorisation.terminating.v1': authorisation,
  'authorisation.terminated.v1': authorisation,
  'scenario.approved.v1': scenario,
  'scenario.stopped.v1': scenario,
  'scenario.resumed.v1': scenario,
  'scenario.ended.v1': scenario,
  'data-request-item.in-force.v1': scenario.extend({ itemId: id, datasetId: id }),
  'data-request-item.withdrawn.v1': scenario.extend({ itemId: id, datasetId: id }),
  'consent.withdrawn.v1': z.object({ consentId: id, scenarioId: id }),
  'partner.approved.v1': scenario.extend({ partnerId: id }),
  'partner.ended.v1': scenario.extend({ partnerId: id }),
} as const;
