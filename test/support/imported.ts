import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { delimitedRows } from '../../libs/datasets/application/delivered-text.js';
import { jsonRows } from '../../libs/datasets/application/json-rows.js';
import { SortedDelivery } from '../../libs/datasets/application/sorted-delivery.js';
import type { Delivery } from '../../libs/datasets/application/sorted-delivery.js';
import { workbookRows } from '../../libs/datasets/application/workbook-rows.js';
import type { CellType } from '../../libs/datasets/domain/cell.js';
import type { CsvFormat, DeliveryFormat } from '../../libs/datasets/domain/delivery-format.js';
import type { Field } from '../../libs/datasets/domain/field.js';

/** A file as people send them, and what it must become: rows, a refusal, or one row that is counted as bad. */
export interface DialectCase {
  readonly name: string;
  readonly base64: string;
  readonly fields: readonly { readonly name: string; readonly type: CellType }[];
  readonly options: Partial<CsvFormat> & { readonly grantNames?: readonly string[] };
  readonly want: readonly (readonly (string | null)[])[] | 'error' | 'bad' | 'ok1';
}
export const dialectCases = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/import/dialects.json'), 'utf8'),
) as readonly DialectCase[];

export const field = (name: string, type: CellType = 'text', more: Partial<Field> = {}): Field => ({
  ...{ name, comment: '', type, check: null, required: false, class: 'personal', grade: 'L3', sensitiveType: 'none' },
  ...more,
});

export async function* cut(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** As an import opens the kinds that need no engine. */
function rowsOf(bytes: AsyncIterable<Uint8Array>, format: DeliveryFormat, fields: readonly Field[]) {
  if (format.kind === 'parquet') throw new Error('only the engine reads Parquet');
  if (format.kind === 'xlsx') return workbookRows(bytes, format, fields.length);
  return format.kind === 'jsonl'
    ? jsonRows(bytes, format, fields)
    : delimitedRows(bytes, format, format.header ? undefined : fields.length);
}

export interface SortedFile {
  readonly sorted: SortedDelivery;
  /** As they go to storage: an empty cell is an absent value. */
  readonly stored: readonly string[];
  readonly aside: readonly string[];
  readonly refused: { readonly code: string; readonly details: Record<string, unknown> } | undefined;
}

/** Reads a file as an import does, its rows into memory. Half of them may be bad. */
export async function sortFile(
  bytes: Uint8Array,
  format: DeliveryFormat,
  fields: readonly Field[],
  more: Partial<Delivery> & { readonly granted?: readonly string[] | undefined; readonly size?: number } = {},
): Promise<SortedFile> {
  const { granted, size, ...rest } = more;
  const [stored, aside]: [string[], string[]] = [[], []];
  const into = (texts: string[]) => ({ add: (text: string) => Promise.resolve(void texts.push(text)), flush: () => Promise.resolve() });
  const sorted = new SortedDelivery({
    ...{ bytes: cut(bytes, size), format, fields, maxBadShare: 0.5, signal: new AbortController().signal },
    ...{ rows: (source: AsyncIterable<Uint8Array>) => rowsOf(source, format, fields), progress: () => Promise.resolve() },
    ...{
      grant: { fields: new Set(granted ?? fields.map(({ name }) => name)), rowLimit: null },
      good: into(stored),
      quarantine: into(aside),
    },
    ...rest,
  });
  const refused = await sorted.run().then(
    () => undefined,
    (fault: unknown) => fault as SortedFile['refused'],
  );
  return { sorted, stored, aside, refused };
}

/** The rows of what was stored, by a reader of this test's own: each cell in quotes, bare or absent, an absent one more at the end. */
export function storedRows(stored: readonly string[]): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (const [, quoted, bare, end] of stored.join('').matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]+))?(,|\n)/g)) {
    if (end === ',') row.push(quoted?.replaceAll('""', '"') ?? bare ?? null);
    else {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

export const csv: CsvFormat = { kind: 'csv', encoding: 'utf-8', delimiter: ',', header: true };
export const sortCase = ({ base64, fields, options: { grantNames, ...options } }: DialectCase, size?: number): Promise<SortedFile> =>
  sortFile(
    Buffer.from(base64, 'base64'),
    { ...csv, ...options },
    fields.map(({ name, type }) => field(name, type)),
    { granted: grantNames, ...(size === undefined ? {} : { size }) },
  );
