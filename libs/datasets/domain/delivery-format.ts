/** How the text of a delivered file may be encoded. `utf-16`: its byte order mark says which, or the form of its first characters. */
export const encodings = ['utf-8', 'gb18030', 'utf-16', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof encodings)[number];
/** An encoding that says how each byte is read. */
export type ReadableEncoding = Exclude<Encoding, 'utf-16'>;

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];
/** As refusals name it. */
export const delimiterNames: Readonly<Record<Delimiter, string>> = { ',': ',', ';': ';', '\t': 'TAB', '|': '|' };

/** How a quote inside a quoted cell is written: twice (RFC 4180), or after a backslash as MySQL and Hive export it. */
export const quoteEscapes = ['quote', 'backslash'] as const;

export interface CsvFormat {
  readonly kind: 'csv';
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  readonly header: boolean;
  readonly escape?: (typeof quoteEscapes)[number];
}
/** One JSON object a line, its keys the names of the fields. */
export interface JsonLinesFormat {
  readonly kind: 'jsonl';
  readonly encoding: Encoding;
}
export interface ParquetFormat {
  readonly kind: 'parquet';
}
/** An Excel workbook of the Office Open XML form. */
export interface ExcelFormat {
  readonly kind: 'xlsx';
  /** Name of the sheet; the first where none is given. */
  readonly sheet: string | null;
  readonly header: boolean;
}

/** How a delivered file is written. */
export type DeliveryFormat = CsvFormat | JsonLinesFormat | ParquetFormat | ExcelFormat;

/** Whether the first row of the table names its columns. A Parquet file always names them; JSON names each value. */
export const hasHeader = (format: DeliveryFormat): boolean => format.kind === 'parquet' || (format.kind !== 'jsonl' && format.header);

/** How a file was read, for refusals: a person compares it with what the file is. */
export function readingOf(format: DeliveryFormat): Readonly<Record<string, string>> {
  if (format.kind === 'csv') {
    const { encoding, delimiter } = format;
    return { readAs: `csv, ${encoding}, ${delimiterNames[delimiter]}`, encoding, delimiter: delimiterNames[delimiter] };
  }
  if (format.kind === 'jsonl') return { readAs: `jsonl, ${format.encoding}`, encoding: format.encoding };
  return { readAs: format.kind };
}
