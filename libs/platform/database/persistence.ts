/** The second door of the database port, for contexts' persistence rooms alone. */
export { instant } from './instant.js';
export { guardWithJournal } from './journal-guard.js';
export { StateTable, type Versioned } from './state-table.js';
export { managerOf } from './tx.js';
