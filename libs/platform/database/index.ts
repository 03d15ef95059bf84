export { createDataSource, databaseConfig, migrate, type DatabaseConfig } from './data-source.js';
export { EpochReader, type EpochAt } from './epochs.js';
export { JournalSealer, type SealedBox } from './journal-sealer.js';
export { databaseRefusals } from './refusals.js';
export { domainReady, terminationCertified, usageRecorded } from './sink-events.js';
export type { Page, PageRequest } from './state-table.js';
export type { EpochKind, JournalFact, Tx, WorkOrder } from './tx.js';
export { UnitOfWork } from './unit-of-work.js';
