import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { columnNames, looksLikeHeader, type Delimiter } from './table-dialect.js';

/** A table that can't be read to its end. The line only: the parser's own message quotes cells. */
export class UnreadableTable extends Error {
  override readonly name = 'UnreadableTable';
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super('unreadable table');
  }
}

export interface TableReader {
  /** Called once, before any row. */
  columns(names: readonly string[]): void;
  /** @param line the file's line on which the row ends, counted from 1 */
  row(cells: readonly string[], line: number): void;
}

interface Reading {
  readonly delimiter: Delimiter;
  readonly maximumColumns: number;
  readonly isIdentifier: (cell: string) => boolean;
}

const maximumRecord = 1024 * 1024;

/**
 * Reads a delimited table (RFC 4180) row by row into its readers, in one pass and bounded memory.
 * @throws UnreadableTable for a row of another width, an open quote, a row over 1 MiB or too many columns
 */
export async function readTable(text: AsyncIterable<string>, how: Reading, readers: readonly TableReader[]): Promise<{ header: boolean }> {
  const parser = parse({ delimiter: how.delimiter, bom: true, info: true, skip_empty_lines: true, max_record_size: maximumRecord });
  // An error of the source destroys the parser with it, and so reaches the loop below.
  pipeline(text, parser, () => undefined);
  let header: boolean | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (header === undefined) {
        if (record.length > how.maximumColumns) throw new UnreadableTable(1, 'too-many-columns');
        header = looksLikeHeader(record, how.isIdentifier);
        const names = header ? record.map((name) => name.trim()) : columnNames(record.length);
        for (const reader of readers) reader.columns(names);
        if (header) continue;
      }
      for (const reader of readers) reader.row(record, info.lines);
    }
  } catch (error) {
    if (error instanceof CsvError) throw new UnreadableTable(typeof error['lines'] === 'number' ? error['lines'] : 0, error.code);
    throw error;
  }
  return { header: header ?? false };
}
