import { streamXlsxRows } from 'hucre/xlsx';
import type { BadReason } from '../domain/cell.js';
import type { DeliveredRow } from '../domain/csv-records.js';
import { readingOf } from '../domain/delivery-format.js';
import type { ExcelFormat } from '../domain/delivery-format.js';
import { refuse } from '../domain/refusals.js';
import { zipFault } from './sound-zip.js';

/** Bytes of a workbook at most: it is held in memory, and its texts beside it, while its rows are read. */
export const largestWorkbook = 128 * 1024 * 1024;
const rowsTogether = 1000;

/**
 * Rows of one sheet of an Excel workbook, each at least as wide as the first; rows without a cell are not there.
 * @param columns cells of a row, where the sheet has no header to say so
 * @throws Refusal `dataset-copy.not-the-format`, `dataset-copy.workbook-too-large`
 */
export async function* workbookRows(
  bytes: AsyncIterable<Uint8Array>,
  format: ExcelFormat,
  columns: number,
): AsyncGenerator<readonly DeliveredRow[]> {
  const file = await wholeOf(bytes);
  const fault = await zipFault(file);
  if (fault === 'too-large') throw refuse('dataset-copy.workbook-too-large', { limit: largestWorkbook });
  if (fault !== undefined) throw refuse('dataset-copy.not-the-format', { ...readingOf(format), cause: fault });
  let width = format.header ? undefined : columns;
  let rows: DeliveredRow[] = [];
  for await (const { index, values } of sheetRows(file, format)) {
    const used = values.findLastIndex((value) => value !== null && value !== '') + 1;
    if (used === 0) continue;
    width ??= used;
    rows.push(rowOf(values.slice(0, Math.max(width, used)), index + 1, Math.max(width, used)));
    if (rows.length < rowsTogether) continue;
    yield rows;
    rows = [];
  }
  yield rows;
}

async function wholeOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestWorkbook) throw refuse('dataset-copy.workbook-too-large', { limit: largestWorkbook });
  }
  return Buffer.concat(chunks);
}

async function* sheetRows(file: Buffer, format: ExcelFormat) {
  try {
    yield* streamXlsxRows(new Uint8Array(file.buffer, file.byteOffset, file.length), format.sheet === null ? {} : { sheet: format.sheet });
  } catch (fault) {
    // The library's words quote the file.
    throw refuse('dataset-copy.not-the-format', { ...readingOf(format), cause: fault instanceof Error ? fault.name : 'unknown' });
  }
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
  return value instanceof Date
    ? value
        .toISOString()
        .replace('T', ' ')
        .replace(/(?: 00:00:00)?\.000Z$/, '')
        .replace(/Z$/, '')
    : String(value);
}

/** As Excel shows it: 15 digits, no exponent. */
function numberText(value: number): string {
  const shown = Number(value.toPrecision(15));
  const text = String(shown);
  return text.includes('e') ? shown.toFixed(20).replace(/\.?0+$/, '') : text;
}
