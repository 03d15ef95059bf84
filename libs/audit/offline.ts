/** Verification from files alone: no Nest, no database, no network. What the command line and third parties build on. */
export * from './domain/audit-package.js';
export * from './domain/bundle.js';
export * from './domain/checkpoint.js';
export * from './domain/cosignature.js';
export * from './domain/entry-text.js';
export * from './domain/log-copy.js';
export * from './domain/merkle.js';
export * from './domain/proof-plan.js';
export * from './domain/proof-verification.js';
export * from './domain/signed-note.js';
export * from './domain/sm2.js';
export * from './domain/strict-json.js';
export * from './domain/tiles.js';
export * from './domain/tree-edge.js';
export { auditProofRefusals } from './domain/proof-refusals.js';
