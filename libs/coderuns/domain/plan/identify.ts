import { sqlName } from '#kernel';
import type { Identifier } from './compile.js';

/** A column of an input that may tell whom a row is about, by what its provider says of it. */
export interface Declared {
  readonly column: string;
  /** DuckDB's type. */
  readonly type: string;
  /** What the provider, or detection, says that it holds; null where nobody decided. */
  readonly sensitiveType: string | null;
}

/** What a value of these tells: who it is. */
const identifying: ReadonlySet<string> = new Set([
  ...['resident-id', 'uscc', 'mobile', 'landline', 'bank-card', 'passport', 'hk-macao-permit', 'taiwan-permit', 'plate', 'name', 'email'],
  ...['ipv4', 'ipv6', 'mac', 'medical-record-number', 'account-number'],
]);
export const isIdentifying = (sensitiveType: string | null): boolean => sensitiveType !== null && identifying.has(sensitiveType);

/** Of so many rows on, a text that hardly ever comes twice tells whose row it is. */
const fewest = 20;
const uniqueShare = 0.9;

/** One row: of each column in turn how many values there are, and how many different ones. */
export const measureSql = (table: string, columns: readonly Declared[]): string =>
  `SELECT ${columns.flatMap(({ column }) => [`count(${sqlName(column)})`, `count(DISTINCT ${sqlName(column)})`]).join(', ') || '1'} FROM ${sqlName(table)}`;

/** Columns that are looked at: what is said to identify, and texts. Amounts and dates are often unique and tell nobody. */
export const looked = (columns: readonly Declared[]): readonly Declared[] =>
  columns.filter(({ type, sensitiveType }) => isIdentifying(sensitiveType) || type === 'VARCHAR');

/**
 * The columns that identify, the one with the fewest values first: those that are said to, and texts that are unique in the data.
 * @param measured what `measureSql` of the looked-at columns found
 */
export function identifiersOf(columns: readonly Declared[], measured: readonly number[]): readonly Identifier[] {
  return columns
    .flatMap(({ column, sensitiveType }, at): Identifier[] => {
      const [there = 0, values = 0] = measured.slice(2 * at, 2 * at + 2);
      const unique = there >= fewest && values >= uniqueShare * there;
      return isIdentifying(sensitiveType) || unique ? [{ column, values, isName: sensitiveType === 'name', once: values === there }] : [];
    })
    .sort((a, b) => a.values - b.values);
}

/** Before there are data: what is said alone. */
export const declaredIdentifiers = (columns: readonly Declared[]): readonly Identifier[] =>
  columns.flatMap(({ column, sensitiveType }): Identifier[] =>
    isIdentifying(sensitiveType) ? [{ column, values: 0, isName: sensitiveType === 'name' }] : [],
  );
