import type { Refusal } from '#kernel';
import type { DeliveredRow } from './csv-records.js';
import { delimiterNames, delimiters, readingOf } from './delivery-format.js';
import type { DeliveryFormat } from './delivery-format.js';
import { planColumns } from './delivered-row.js';
import type { HeaderFault } from './delivered-row.js';
import type { Field } from './field.js';
import { refuse } from './refusals.js';

const none: ReadonlySet<string> = new Set();
const fits = (header: readonly string[], fields: readonly Field[]): boolean => 'plan' in planColumns(header, fields, none);

/**
 * Why a header does not fit and what to do: another delimiter parts it, it stands further down, or its names are others.
 * @param following some rows after it
 * @returns Refusal `dataset-copy.wrong-delimiter`, `dataset-copy.header-elsewhere`, `dataset-copy.header-mismatch`
 */
export function headerRefused(
  header: DeliveredRow,
  following: readonly DeliveredRow[],
  fault: HeaderFault,
  { fields, format }: { readonly fields: readonly Field[]; readonly format: DeliveryFormat },
): Refusal {
  const { cells, line } = header;
  const read = { line, ...readingOf(format) };
  if (format.kind === 'csv') {
    const whole = cells.join(format.delimiter);
    const other = delimiters.find((delimiter) => delimiter !== format.delimiter && fits(whole.split(delimiter).map(unquoted), fields));
    if (other !== undefined)
      return refuse('dataset-copy.wrong-delimiter', {
        ...read,
        declared: delimiterNames[format.delimiter],
        readsAs: delimiterNames[other],
      });
  }
  const below = following.find((row) => fits(row.cells, fields));
  if (below !== undefined) return refuse('dataset-copy.header-elsewhere', { ...read, headerLine: below.line });
  const names = cells.map((cell) => cell.trim());
  const wrong = names.findIndex((name, at) => names.indexOf(name) < at || !fields.some((field) => field.name === name));
  const column = wrong === -1 ? names.length : wrong + 1;
  return refuse('dataset-copy.header-mismatch', { ...fault, ...read, column });
}

const unquoted = (name: string): string => name.trim().replace(/^"(.*)"$/, '$1');
