import { Readable } from 'node:stream';
import { HucreError } from 'hucre';
import { streamXlsxRows } from 'hucre/xlsx';
import type { BadReason } from '../domain/cell.js';
import type { DeliveredRow } from '../domain/csv-records.js';
import { readingOf } from '../domain/delivery-format.js';
import type { ExcelFormat } from '../domain/delivery-format.js';
import { refuse } from '../domain/refusals.js';

/** Bytes of a workbook at most: its texts are held in memory while its rows are read. */
export const largestWorkbook = 128 * 1024 * 1024;
const rowsTogether = 1000;

/**
 * Rows of one sheet of an Excel workbook, each as wide as the widest before it; rows without a cell are not there.
 * @throws Refusal `dataset-copy.not-the-format`
 */
export async function* workbookRows(bytes: AsyncIterable<Uint8Array>, format: ExcelFormat): AsyncGenerator<readonly DeliveredRow[]> {
  const source = Readable.toWeb(Readable.from(bytes, { objectMode: false })) as ReadableStream<Uint8Array>;
  const options = { maxInputBytes: largestWorkbook, ...(format.sheet === null ? {} : { sheet: format.sheet }) };
  let width = 0;
  let rows: DeliveredRow[] = [];
  try {
    for await (const { index, values } of streamXlsxRows(source, options)) {
      if (values.every((value) => value === null || value === '')) continue;
      width = Math.max(width, values.length);
      rows.push(rowOf(values, index + 1, width));
      if (rows.length < rowsTogether) continue;
      yield rows;
      rows = [];
    }
  } catch (fault) {
    // The library's words quote the file.
    if (fault instanceof HucreError) throw refuse('dataset-copy.not-the-format', { ...readingOf(format), cause: fault.name });
    throw fault;
  }
  yield rows;
}

type CellValue = string | number | boolean | Date | null;

function rowOf(values: readonly CellValue[], line: number, width: number): DeliveredRow {
  const cells = Array.from({ length: width }, (_, at) => textOf(values[at] ?? null));
  const fault = values.map(faultOf).find((found) => found !== undefined);
  return { cells, line, lines: 1, ...(fault === undefined ? {} : { fault }) };
}

/** From here on a number of Excel's (15 digits) is no longer what somebody typed: identifiers lose their last digits so. */
const lossyFrom = 1e15;
const formulaErrors = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!)$/;
function faultOf(value: CellValue): BadReason | undefined {
  if (typeof value === 'number' && Math.abs(value) >= lossyFrom) return 'digits-lost';
  return typeof value === 'string' && formulaErrors.test(value) ? 'formula-error' : undefined;
}

function textOf(value: CellValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return numberText(value);
  // A date of the workbook has no zone; the library gives it as one of UTC.
  return value instanceof Date ? value.toISOString().replace('T', ' ').replace(/(?: 00:00:00)?\.000Z$/, '').replace(/Z$/, '') : String(value);
}

/** As Excel shows it: 15 digits, no exponent. */
function numberText(value: number): string {
  const shown = Number(value.toPrecision(15));
  const text = String(shown);
  return text.includes('e') ? shown.toFixed(20).replace(/\.?0+$/, '') : text;
}
