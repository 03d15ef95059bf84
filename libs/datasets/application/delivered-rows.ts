import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { DeliveryFormat } from '../domain/dataset-copy.js';
import { refuse } from '../domain/refusals.js';

export interface DeliveredRow {
  readonly cells: readonly string[];
  /** Line of the file on which the row begins, from 1. */
  readonly line: number;
  /** How many lines it runs over: more than one where a quoted cell holds line breaks. */
  readonly lines: number;
}

/** Characters of one row at most: a quote that is never closed must not fill memory with the rest of the file. */
const longestRow = 4 * 1024 * 1024;

/**
 * Rows of a delimited file as they come, decoded on the way; bytes that are no character become U+FFFD. Quotes that break the rules of
 * RFC 4180 are taken as text, so that one bad row costs itself alone wherever its line can be told.
 * @throws Refusal `dataset-copy.csv-broken` with the line of a quote that is not closed.
 */
export async function* deliveredRows(bytes: AsyncIterable<Uint8Array>, format: DeliveryFormat): AsyncGenerator<DeliveredRow> {
  let line = 1;
  // Counted as rows are found, since rows that wait in the stream are lost when it breaks; an empty line is a row of one empty cell.
  const counted = (cells: string[]): DeliveredRow | null => {
    const row = { cells, line, lines: cells.reduce((count, cell) => count + breaksIn(cell), 1) };
    line += row.lines;
    return cells.length === 1 && cells[0] === '' ? null : row;
  };
  const parser = parse({
    delimiter: format.delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: longestRow,
    // The types know a function that keeps a row's form only.
    on_record: counted as unknown as (cells: string[]) => string[] | null,
  });
  pipeline(Readable.from(decoded(bytes, format.encoding)), parser, () => undefined);
  try {
    yield* parser as unknown as AsyncIterable<DeliveredRow>;
  } catch (error) {
    if (error instanceof CsvError) throw refuse('dataset-copy.csv-broken', { line });
    throw error;
  }
}

/** The decoders of the platform (WHATWG Encoding) keep state between chunks, so that no character is cut in two. */
async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: DeliveryFormat['encoding']): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function breaksIn(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}
