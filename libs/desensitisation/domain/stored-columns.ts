import type { SchemaColumn } from '../contract.js';

/** A column as its Parquet file stores it. */
export interface StoredColumn {
  readonly name: string;
  /** DuckDB's name of the type. */
  readonly stored: string;
}

const kinds: readonly (readonly [RegExp, SchemaColumn['type']])[] = [
  [/^(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w+INT\w*)$/, 'integer'],
  [/^(?:DECIMAL.*|DOUBLE|FLOAT)$/, 'decimal'],
  [/^DATE$/, 'date'],
  [/^TIMESTAMP.*$/, 'timestamp'],
  [/^BOOLEAN$/, 'boolean'],
];

/** What a plan needs to know of a stored column; whatever is nothing else is text. */
export const schemaColumn = ({ name, type }: { readonly name: string; readonly type: string }, comment?: string): SchemaColumn => ({
  name,
  type: kinds.find(([pattern]) => pattern.test(type))?.[1] ?? 'text',
  ...(comment === undefined || comment === '' ? {} : { comment }),
});

export const plainColumn = ({ stored: _, ...column }: SchemaColumn & StoredColumn): SchemaColumn => column;
