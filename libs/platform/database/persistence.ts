/** The second door of the database port, for contexts' persistence rooms alone. */
export { instant } from './instant.js';
export { countOpen, type OpenCount } from './open-count.js';
export { keyOf, limitOf, pageFrom, pageOf } from './paging.js';
export { guardWithJournal } from './journal-guard.js';
export { lockedRow } from './row-locks.js';
export { StateTable, type Begun, type Move, type StateOptions } from './state-table.js';
export { RowTable, type Change, type TableOptions, type Versioned, type VersionedTable } from './versioned-table.js';
export { managerOf } from './tx.js';
