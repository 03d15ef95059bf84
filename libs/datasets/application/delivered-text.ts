import { CsvRecords, OpenQuote } from '../domain/csv-records.js';
import type { DeliveredRow } from '../domain/csv-records.js';
import { delimiterNames } from '../domain/delivery-format.js';
import type { CsvFormat } from '../domain/delivery-format.js';
import { refuse } from '../domain/refusals.js';
import { decodedText } from './decoded-text.js';

/**
 * Rows of a delimited file as they come, those of a chunk together.
 * @param width cells of a row, where the file has no header to say so.
 * @throws Refusal `dataset-copy.csv-broken` with the place of a quote that is not closed; those of `decodedText`.
 */
export async function* delimitedRows(
  bytes: AsyncIterable<Uint8Array>,
  format: CsvFormat,
  width?: number,
): AsyncGenerator<readonly DeliveredRow[]> {
  const records = new CsvRecords(format, width);
  try {
    for await (const text of decodedText(bytes, format.encoding)) yield records.read(text, false);
    yield records.read('', true);
  } catch (fault) {
    if (!(fault instanceof OpenQuote)) throw fault;
    const { encoding, delimiter } = format;
    throw refuse('dataset-copy.csv-broken', { line: fault.line, column: fault.column, encoding, delimiter: delimiterNames[delimiter] });
  }
}
