export { actedBetween, type Acted } from './acted.js';
export { createDataSource, databaseConfig, databaseUrl, migrate, type DatabaseConfig } from './data-source.js';
export { AccessTruth, type Watch } from './access-truth.js';
export { EpochReader, type EpochAt } from './epochs.js';
export { JournalSealer, type SealedBox } from './journal-sealer.js';
export { databaseRefusals } from './refusals.js';
export type { Page, PageRequest } from './state-table.js';
export type { DomainEvent, JournalFact, Tx, WorkOrder } from './tx.js';
export { UnitOfWork } from './unit-of-work.js';
