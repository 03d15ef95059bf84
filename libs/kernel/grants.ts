/** The processes of the product. Each connects to the database as a role of its own. */
export const applications = ['api', 'worker', 'operator'] as const;
export type Application = (typeof applications)[number];

/** What a process does with a table. `update(version)` alone lets it lock a row that a decision rests on, not change what it says. */
export type TableRight = 'select' | 'insert' | 'update' | 'delete' | `update(${string})`;

/**
 * What each process does with a context's tables, views and routines, by qualified name. What is not named here the process cannot do:
 * `migrate` grants exactly this and takes back everything else.
 */
export interface Grants {
  readonly tables: Readonly<Record<string, Readonly<Partial<Record<Application, readonly TableRight[]>>>>>;
  /** With argument types, e.g. `networklogs.ensure_day(date)`: who may call it. Nobody else may, PUBLIC least of all. */
  readonly routines?: Readonly<Record<string, readonly Application[]>>;
}
