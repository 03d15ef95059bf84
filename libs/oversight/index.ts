export { coverage, idsIn, unknownIds, type Coverage, type TestEvidence } from './domain/coverage.js';
export { requirements, type Requirement } from './domain/requirements.js';
