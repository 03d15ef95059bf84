/**
 * What DuckDB 1.5.6 calls its kinds of errors. The list is closed: which of them a run over raw data ended with is all that is said of its
 * failure, so it must not have room for anything else, whoever speaks in the engine's place. Fewer than 64: 6 bits.
 */
const kinds = [
  ...['Binder', 'Catalog', 'Connection', 'Constraint', 'Conversion', 'Decimal', 'Dependency', 'Divide by Zero', 'Executor', 'Expression'],
  ...['Extension Autoloading', 'FATAL', 'HTTP', 'INTERNAL', 'INTERRUPT', 'IO', 'Index', 'Invalid', 'Invalid Configuration'],
  ...['Invalid Input', 'Invalid type', 'Mismatch Type', 'Missing Extension', 'Network', 'Not implemented', 'NullPointer', 'Object Size'],
  ...['Optimizer', 'Out of Memory', 'Out of Range', 'Parameter Not Allowed', 'Parameter Not Resolved', 'Parser', 'Permission', 'Planner'],
  ...['Scheduler', 'Sequence', 'Serialization', 'Settings', 'Stat', 'Syntax', 'TransactionContext', 'Unknown', 'Unknown Type'],
] as const;
const known: ReadonlySet<string> = new Set(kinds);

/** Of a statement that is not allowed its type is said, which the code alone decides. */
const statementType = /^[A-Z_]{1,30}$/;

export const isErrorKind = (code: string, kind: unknown): kind is string =>
  typeof kind === 'string' && (code === 'engine.statement-not-allowed' ? statementType.test(kind) : known.has(kind));
