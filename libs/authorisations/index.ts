export { Authorisations } from './application/authorisations.js';
export { Admissions, Consents, DataRequests } from './application/data-requests.js';
export type { Admission, AuthorisationFacts, GrantedItem, Operating, ScenarioFacts } from './application/facts.js';
export { Scenarios } from './application/scenarios.js';
export { assertAuthority, assertUnit, assertUnitOrAuthority, reachOf, type Reach } from './domain/acting.js';
export { type Deadline, type Figure, deadlineFrom, isMissed } from './domain/deadline.js';
export type { RuleName, TerminationGround } from './domain/jurisdictions/profile.js';
export { type ResolvedProfile, valueIfGiven, valueOf } from './domain/jurisdictions/resolve.js';
export { type Right, assertRight } from './domain/rights.js';
