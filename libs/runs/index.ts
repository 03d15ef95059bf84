export { runEnd, runOver } from './application/run-end.js';
export type { Attempt, Made, RunAct, RunKind, Said } from './application/run-kind.js';
export { RunLife } from './application/run-life.js';
export { runResults } from './application/run-results.js';
export { RunScratch } from './application/run-scratch.js';
export { runFollowers } from './jobs/run-followers.js';
export { count, resultOf, RunRow, type StoredResult } from './persistence/run-row.js';
export { RunTable } from './persistence/run-table.js';
export { RunsModule } from './runs.module.js';
