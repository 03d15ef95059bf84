import { readCell } from './cell.js';
import type { BadReason } from './cell.js';
import type { Field } from './field.js';

/** How the columns of a file meet the fields of a holding: for each column its field, and whether it is kept. */
export interface ColumnPlan {
  readonly columns: readonly { readonly field: Field; readonly kept: boolean }[];
  /** Rows end with a delimiter that opens no column, as the first one does. */
  readonly trailed?: boolean;
}
export type HeaderFault = { readonly missing: readonly string[]; readonly duplicated: number; readonly unknown: number };

/**
 * Matches a header to the fields, in any order. Names that are no field are only counted: where a file has no header after all, its first
 * row is data (AUD-08).
 * @param granted names of the fields that the scenario was granted; the others are checked with the row and then left out (REQ-06).
 */
export function planColumns(
  header: readonly string[] | null,
  fields: readonly Field[],
  granted: ReadonlySet<string>,
): { plan: ColumnPlan } | { fault: HeaderFault } {
  const named = header === null ? fields.map(({ name }) => name) : header.map((name) => name.trim());
  // A delimiter at the end of the line opens no column.
  if (named.length > 1 && named.at(-1) === '') named.pop();
  const byName = new Map(fields.map((field) => [field.name, field]));
  const missing = fields.filter(({ name }) => !named.includes(name)).map(({ name }) => name);
  const duplicated = named.length - new Set(named).size;
  const columns = named.flatMap((name) => {
    const field = byName.get(name);
    return field === undefined ? [] : [{ field, kept: granted.has(name) }];
  });
  const unknown = named.length - columns.length;
  if (missing.length > 0 || duplicated > 0 || unknown > 0) return { fault: { missing, duplicated, unknown } };
  return { plan: { columns } };
}

export const keptFields = (plan: ColumnPlan): Field[] => plan.columns.filter(({ kept }) => kept).map(({ field }) => field);

const isTrailed = (width: number, cells: readonly string[]): boolean => cells.length === width + 1 && cells.at(-1) === '';

/** What the first row says of all: one that alone had a cell too many could be a row whose text holds a delimiter. */
export const trailedAs = (plan: ColumnPlan, first: readonly string[]): ColumnPlan => ({
  ...plan,
  trailed: isTrailed(plan.columns.length, first),
});

export type RowOutcome = { readonly values: readonly string[] } | { readonly bad: BadReason; readonly field: string | null };

/** The kept cells in their normal form, or the first thing that is wrong with the row. @param fault what its reader found */
export function readRow({ columns, trailed = false }: ColumnPlan, cells: readonly string[], fault?: BadReason): RowOutcome {
  // Looked for first: bytes of no character may have swallowed a separator, and then the count is wrong as well.
  const undecodable = cells.findIndex((cell) => cell.includes('\uFFFD'));
  if (undecodable !== -1) return { bad: 'undecodable', field: columns[undecodable]?.field.name ?? null };
  if (fault !== undefined) return { bad: fault, field: null };
  const isWhole = trailed ? isTrailed(columns.length, cells) || (cells.length === columns.length && cells.at(-1) !== '') : cells.length === columns.length;
  if (!isWhole) return { bad: 'field-count', field: null };
  const values: string[] = [];
  for (let at = 0; at < columns.length; at += 1) {
    const { field, kept } = columns[at] as ColumnPlan['columns'][number];
    const outcome = readCell(field, cells[at] as string);
    if ('bad' in outcome) return { bad: outcome.bad, field: field.name };
    if (kept) values.push(outcome.value);
  }
  return { values };
}

/** Below this many rows the share is judged at the end only: one bad row among the first three says little. */
const enoughToJudge = 1000;

/** Whether the import must stop: the share of bad lines is past what the delivery allows (0 to 1). */
export const tooManyBad = (counts: { readonly lines: number; readonly bad: number }, maxShare: number, atEnd: boolean): boolean =>
  (atEnd || counts.lines >= enoughToJudge) && counts.bad > counts.lines * maxShare;
