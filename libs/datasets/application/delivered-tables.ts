import { causeRefused, ENGINE } from '#platform/engine';
import type { Engine, Scratch } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { DeliveredRow } from '../domain/csv-records.js';
import type { DeliveryFormat } from '../domain/delivery-format.js';
import { refuse } from '../domain/refusals.js';
import { delimitedRows } from './delivered-text.js';
import { jsonRows } from './json-rows.js';
import { workbookRows } from './workbook-rows.js';

export interface TableReading {
  readonly format: DeliveryFormat;
  readonly fields: readonly { readonly name: string }[];
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
}
type Rows = AsyncIterable<readonly DeliveredRow[]>;
const [source, table] = ['delivered.parquet', 'delivered.csv'];

/** Reads the table of a delivered file, whatever its kind, as rows of text: its header first where it has one. */
@Injectable()
export class DeliveredTables {
  constructor(@Inject(ENGINE) private readonly engine: Engine) {}

  rows(bytes: AsyncIterable<Uint8Array>, { format, fields, ...reading }: TableReading): Rows {
    if (format.kind === 'csv') return delimitedRows(bytes, format, format.header ? undefined : fields.length);
    if (format.kind === 'jsonl') return jsonRows(bytes, format, fields);
    return format.kind === 'xlsx' ? workbookRows(bytes, format, fields.length) : this.parquetRows(bytes, reading);
  }

  /** The engine alone opens the file, behind its walls, and writes what it holds as text; `line` is the number of the row, from 1. */
  private async *parquetRows(
    bytes: AsyncIterable<Uint8Array>,
    { scratch, signal }: Pick<TableReading, 'scratch' | 'signal'>,
  ): Rows & AsyncGenerator {
    await scratch.write(source, bytes);
    const outcome = await this.engine.run(
      {
        scratch,
        inputs: [{ name: 'delivered', file: source, format: 'parquet', columns: 'all', access: 'view' }],
        steps: [{ kind: 'sql', sql: 'SELECT * FROM delivered', result: { file: table, format: 'csv' } }],
      },
      { signal },
    );
    signal.throwIfAborted();
    if (!outcome.ok) {
      const { code, kind = null } = outcome.cause;
      if (code === 'engine.sql-error') throw refuse('dataset-copy.not-the-format', { readAs: 'parquet', cause: kind });
      throw code === 'engine.process-lost' ? causeRefused(outcome.cause) : refuse('dataset-copy.conversion-failed', { cause: code, kind });
    }
    let line = 0;
    for await (const rows of delimitedRows(scratch.read(table), { kind: 'csv', encoding: 'utf-8', delimiter: ',', header: true }))
      yield rows.map((row) => ({ ...row, line: line++, lines: 1 }));
  }
}
