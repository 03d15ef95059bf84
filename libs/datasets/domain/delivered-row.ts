import { readCell } from './cell.js';
import type { BadReason } from './cell.js';
import type { DeliveredRow } from './csv-records.js';
import type { Field } from './field.js';

/** How the columns of a file meet the fields of a holding: for each column its field, and whether it is kept. */
export interface ColumnPlan {
  readonly columns: readonly { readonly field: Field; readonly kept: boolean }[];
  /** Delimiters that rows end with and that open no column, as many as the first one has. */
  readonly trailing?: number;
  /** The header's own cells: files that were put together have it again further down, where it is no row. */
  readonly header?: readonly string[];
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
  // Delimiters at the end of the line open no column.
  while (named.length > 1 && named.at(-1) === '') named.pop();
  const byName = new Map(fields.map((field) => [field.name, field]));
  const missing = fields.filter(({ name }) => !named.includes(name)).map(({ name }) => name);
  const duplicated = named.length - new Set(named).size;
  const columns = named.flatMap((name) => {
    const field = byName.get(name);
    return field === undefined ? [] : [{ field, kept: granted.has(name) }];
  });
  const unknown = named.length - columns.length;
  if (missing.length > 0 || duplicated > 0 || unknown > 0) return { fault: { missing, duplicated, unknown } };
  return { plan: { columns, ...(header === null ? {} : { header }) } };
}

export const keptFields = (plan: ColumnPlan): Field[] => plan.columns.filter(({ kept }) => kept).map(({ field }) => field);

/** How many cells are too many, where nothing stands in them. */
function trailingOf(width: number, cells: readonly string[]): number {
  const beyond = cells.slice(width);
  return beyond.every((cell) => cell === '') ? beyond.length : 0;
}

/** What the first row says of all: one that alone had a cell too many could be a row whose text holds a delimiter. */
export const trailedAs = (plan: ColumnPlan, first: readonly string[]): ColumnPlan => ({
  ...plan,
  trailing: trailingOf(plan.columns.length, first),
});

/** A row without the delimiters that the others end with is whole where its last cell holds something. */
const isWhole = ({ columns: { length }, trailing = 0 }: ColumnPlan, cells: readonly string[]): boolean =>
  cells.length === length + trailing
    ? trailingOf(length, cells) === trailing
    : trailing > 0 && cells.length === length && cells.at(-1) !== '';

export type RowOutcome = { readonly values: readonly string[] } | { readonly bad: BadReason; readonly field: string | null };

/** The kept cells in their normal form, or the first thing that is wrong with the row. */
export function readRow(plan: ColumnPlan, { cells, fault, plain }: Pick<DeliveredRow, 'cells' | 'fault' | 'plain'>): RowOutcome {
  const { columns } = plan;
  const isPlain = plain !== undefined;
  // Looked for first: bytes of no character may have swallowed a separator, and then the count is wrong as well.
  const undecodable = isPlain ? -1 : cells.findIndex((cell) => cell.includes('\uFFFD'));
  if (undecodable !== -1) return { bad: 'undecodable', field: columns[undecodable]?.field.name ?? null };
  if (fault !== undefined) return { bad: fault, field: null };
  if (plan.header?.length === cells.length && plan.header.every((name, at) => name === cells[at]))
    return { bad: 'repeated-header', field: null };
  if (!isWhole(plan, cells)) return { bad: 'field-count', field: null };
  const values: string[] = [];
  for (let at = 0; at < columns.length; at += 1) {
    const { field, kept } = columns[at] as ColumnPlan['columns'][number];
    const outcome = readCell(field, cells[at] as string, isPlain);
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
