import { createHash } from 'node:crypto';
import type { Digest } from '#kernel';
import { placesOf } from '../domain/cell.js';
import type { BadReason } from '../domain/cell.js';
import type { DeliveredRow } from '../domain/csv-records.js';
import type { ImportCounts } from '../domain/dataset-copy.js';
import { hasHeader, readingOf } from '../domain/delivery-format.js';
import type { DeliveryFormat } from '../domain/delivery-format.js';
import { keptFields, planColumns, readRow, tooManyBad, trailedAs } from '../domain/delivered-row.js';
import type { ColumnPlan } from '../domain/delivered-row.js';
import type { Field } from '../domain/field.js';
import type { Grant } from '../domain/grant.js';
import { headerRefused } from '../domain/header.js';
import { refuse } from '../domain/refusals.js';
import type { RowSink } from './text-file.js';

/** Bad rows that are listed one by one; the others are counted, and all stand in the quarantine. */
const listedBadRows = 10_000;
const reportEvery = 20_000;
/** Characters of one stored row at most; the engine reads lines of 2 MiB, and a character has up to three bytes for each of these. */
const longestStored = 600_000;
/** Rows below a header that does not fit among which the right one is looked for. */
const lookedAt = 20;

/** A field of the delivery that is stored, with the most digits after the point that its column has. */
export type KeptField = Field & { readonly places: number };

export interface Delivery {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Reads the table of the file, its header first where it has one. */
  readonly rows: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<readonly DeliveredRow[]>;
  readonly format: DeliveryFormat;
  readonly fields: readonly Field[];
  readonly grant: Pick<Grant, 'fields' | 'rowLimit'>;
  readonly maxBadShare: number;
  /** Where good rows go, as `storedLine` writes them. */
  readonly good: RowSink;
  /** Where rows that are put aside go, as JSON lines with their cells. */
  readonly quarantine: RowSink;
  readonly signal: AbortSignal;
  /** For a trial: whether it has seen what it wants. */
  readonly enough?: (seen: { readonly lines: number; readonly bytes: number }) => boolean;
  progress(rows: number): Promise<void>;
}

/** Reads a delivery once, row by row, and sorts it into good rows and bad ones. Holds the rows of one chunk, whatever the file's size. */
export class SortedDelivery {
  readonly badRows: { line: number; reason: BadReason; field: string | null }[] = [];
  private readonly badByReason: Partial<Record<BadReason, number>> = {};
  private readonly digest = createHash('sha256');
  private sourceBytes = 0;
  private lines = 0;
  private reported = 0;
  private bad = 0;
  private good = 0;
  private beyondGrant = 0;
  private atEnd = false;
  private plan: ColumnPlan | undefined;
  private kinds: readonly Field[] = [];
  private places: number[] = [];

  constructor(private readonly delivery: Delivery) {}

  /** @throws Refusal as `headerRefused` says, `dataset-copy.too-many-bad-rows`, `dataset-copy.no-rows`, and what the file's reader refuses. */
  async run(): Promise<void> {
    const { format, maxBadShare } = this.delivery;
    if (!hasHeader(format)) this.columns({ cells: [], line: 0, lines: 0 }, []);
    try {
      this.atEnd = await this.readAll();
    } finally {
      await this.delivery.good.flush();
      await this.delivery.quarantine.flush();
    }
    const read = readingOf(format);
    if (tooManyBad(this.seen, maxBadShare, true)) {
      const { line = 0, reason = null, field = null } = this.badRows[0] ?? {};
      throw refuse('dataset-copy.too-many-bad-rows', { ...this.seen, maxShare: maxBadShare, line, reason, field, ...read });
    }
    if (this.good === 0) throw refuse('dataset-copy.no-rows', read);
  }

  private async readAll(): Promise<boolean> {
    for await (const rows of this.delivery.rows(this.observed())) if (!(await this.takeAll(rows))) return false;
    return true;
  }

  /** Whether the file was read to its end. */
  get isWhole(): boolean {
    return this.atEnd;
  }

  private get seen(): { lines: number; bad: number } {
    return { lines: this.lines, bad: this.bad };
  }

  get kept(): KeptField[] {
    return this.kinds.map((field, at) => ({ ...field, places: this.places[at] ?? 0 }));
  }

  get leftOut(): string[] {
    return this.plan === undefined ? [] : this.plan.columns.filter(({ kept }) => !kept).map(({ field }) => field.name);
  }

  get counts(): ImportCounts {
    return { rows: this.lines, bad: this.bad, badByReason: this.badByReason, beyondGrant: this.beyondGrant };
  }

  get source(): { sha256: Digest; bytes: number } {
    return { sha256: `sha256:${this.digest.copy().digest('hex')}`, bytes: this.sourceBytes };
  }

  private columns(header: DeliveredRow, following: readonly DeliveredRow[]): ColumnPlan {
    const { fields, grant, format } = this.delivery;
    const planned = planColumns(hasHeader(format) ? header.cells : null, fields, grant.fields);
    if ('fault' in planned) throw headerRefused(header, following, planned.fault, { fields, format });
    this.plan = planned.plan;
    this.kinds = keptFields(planned.plan);
    this.places = this.kinds.map(() => 0);
    return planned.plan;
  }

  /** @returns whether there is any use in reading on */
  private async takeAll(rows: readonly DeliveredRow[]): Promise<boolean> {
    this.delivery.signal.throwIfAborted();
    const [good, aside]: [string[], string[]] = [[], []];
    let goesOn = true;
    for (let at = 0; at < rows.length && goesOn; at += 1) {
      const row = rows[at] as DeliveredRow;
      if (this.plan === undefined) this.columns(row, rows.slice(at + 1, at + 1 + lookedAt));
      else {
        if (this.lines === 0) this.plan = trailedAs(this.plan, row.cells);
        this.take(this.plan, row, good, aside);
      }
      goesOn = !tooManyBad(this.seen, this.delivery.maxBadShare, false);
    }
    if (good.length > 0) await this.delivery.good.add(good.join(''));
    if (aside.length > 0) await this.delivery.quarantine.add(aside.join(''));
    if (this.lines - this.reported >= reportEvery) await this.delivery.progress((this.reported = this.lines));
    return goesOn && this.delivery.enough?.({ lines: this.lines, bytes: this.sourceBytes }) !== true;
  }

  private take(plan: ColumnPlan, row: DeliveredRow, good: string[], aside: string[]): void {
    const outcome = readRow(plan, row);
    const line = 'bad' in outcome ? '' : this.lineOf(row, outcome.values);
    if ('bad' in outcome || line.length > longestStored) {
      const { bad: reason, field } = 'bad' in outcome ? outcome : { bad: 'too-long' as const, field: null };
      // A stray quote can make one row of many lines: each of them counts, or a broken file would pass as one bad row.
      const count = reason === 'field-count' ? row.lines : 1;
      this.lines += count;
      this.bad += count;
      this.badByReason[reason] = (this.badByReason[reason] ?? 0) + count;
      if (this.badRows.length < listedBadRows) this.badRows.push({ line: row.line, reason, field });
      aside.push(`${JSON.stringify({ line: row.line, reason, field, cells: row.cells })}\n`);
      return;
    }
    this.lines += 1;
    const { rowLimit } = this.delivery.grant;
    if (rowLimit !== null && this.good >= rowLimit) this.beyondGrant += 1;
    else {
      this.good += 1;
      this.measure(outcome.values);
      good.push(line);
    }
  }

  /** Most rows of most files stand as they are to be stored; then nothing is put together anew. */
  private lineOf({ plain, cells }: DeliveredRow, values: readonly string[]): string {
    const { format } = this.delivery;
    const isAsItCame =
      plain !== undefined &&
      format.kind === 'csv' &&
      format.delimiter === ',' &&
      values.length === cells.length &&
      values.every((value, at) => value === cells[at]);
    return isAsItCame ? `${plain},\n` : storedLine(values);
  }

  private measure(values: readonly string[]): void {
    for (let at = 0; at < values.length; at += 1)
      if (this.kinds[at]?.type === 'decimal') this.places[at] = Math.max(this.places[at] ?? 0, placesOf(values[at] ?? ''));
  }

  private async *observed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.delivery.bytes) {
      this.digest.update(chunk);
      this.sourceBytes += chunk.length;
      yield chunk;
    }
  }
}

/** With the comma that follows. An absent value stays bare, so that it is read back as NULL. */
const quoted = (value: string): string => {
  if (value === '') return ',';
  return value.includes('"') ? `"${value.replaceAll('"', '""')}",` : `"${value}",`;
};
/**
 * CSV in UTF-8 with an empty cell more at the end: a row of one column whose value is absent would else be an empty line, which is skipped,
 * and after a carriage return in the first line's cells the engine takes no line feed that follows a quote.
 */
function storedLine(values: readonly string[]): string {
  let line = '';
  for (const value of values) line += quoted(value);
  return `${line}\n`;
}
/** Name of that cell's column; no field can have it. */
export const endOfLine = '.';
