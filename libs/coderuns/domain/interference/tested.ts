import { sqlName } from '#kernel';
import type { Identifier } from '../plan/compile.js';
import type { Declared } from '../plan/identify.js';
import type { Selections } from '../plan/selections.js';
import type { ColumnsRead } from './columns-read.js';
import type { Seed } from './replacement.js';

/** An input as it lies in the sandbox, and which of its columns tell whom a row is about: declared, or found in the data. */
export interface TestedInput {
  readonly table: string;
  readonly columns: readonly Declared[];
  readonly identifying: readonly Pick<Identifier, 'column' | 'isName' | 'plain' | 'once' | 'otherwise'>[];
}

/** All that the test looks at: what was handed in, what leaves, and the inputs. */
export interface Tested {
  /** The submitted text. */
  readonly code: string;
  /** What makes the result; the submitted text itself where nothing else does. */
  readonly leaving: string;
  readonly inputs: readonly TestedInput[];
  /** By what the code may single somebody out, beside what it writes out letter by letter. */
  readonly selections: Selections;
  /** Of the submitted code, as the binder says. */
  readonly read: ColumnsRead;
  /** DuckDB's types of the result's columns. */
  readonly types: readonly string[];
  /** Columns of the result by whose values its rows are told apart. */
  readonly keys: ReadonlySet<number>;
  /** Subjects that a group must have, and what may hang on few of them, from 0 to 1: those of the disclosure rule. */
  readonly threshold: number;
  readonly dominanceShare: number;
  readonly seed: Seed;
}

/** A step of the test in the sandbox. Figures of it are one row of numbers; no value comes out. */
export interface TestStep {
  readonly sql: string;
  readonly figures?: true;
}
export const script = (...statements: readonly string[]): TestStep => ({ sql: statements.map((one) => `${one}\n;`).join('\n') });
export const figures = (sql: string): TestStep => ({ sql, figures: true });

export const cell = (at: number): string => `c${String(at)}`;
export const isNumber = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+, *\d+\)|DOUBLE|FLOAT)$/.test(type);
export const isFloat = (type: string): boolean => type === 'DOUBLE' || type === 'FLOAT';

/** The submitted code and what leaves, under names; columns as `c0…`. A prefix alone: no text of theirs can close a bracket. */
export const views = ({ code, leaving }: Tested): readonly string[] => [
  `CREATE TEMP VIEW opdomain_code AS ${code}`,
  `CREATE TEMP VIEW opdomain_leaving AS ${leaving}`,
];
/** A table of what a view gives now, in the order of its values: no other order means anything, or may. */
export const made = (name: string, view: string, { types }: Tested): string =>
  `CREATE TEMP TABLE ${name} AS SELECT * FROM ${view} AS t(${types.map((_, at) => cell(at)).join(', ')}) ORDER BY ALL`;

/** An input's columns of which only some are read; the others are there and empty. */
export const only = ({ columns }: TestedInput, read: (column: string) => boolean): string =>
  columns.map(({ column, type }) => `${read(column) ? sqlName(column) : `CAST(NULL AS ${type})`} AS ${sqlName(column)}`).join(', ');
