import { createHash } from 'node:crypto';
import type { Digest } from '#kernel';
import type { BadReason } from '../domain/cell.js';
import type { DeliveryFormat, ImportCounts } from '../domain/dataset-copy.js';
import { keptFields, planColumns, readRow, tooManyBad } from '../domain/delivered-row.js';
import type { ColumnPlan } from '../domain/delivered-row.js';
import type { Field } from '../domain/field.js';
import type { Grant } from '../domain/grant.js';
import { deliveredRows } from './delivered-rows.js';
import type { DeliveredRow } from './delivered-rows.js';
import type { TextFile } from './text-file.js';
import { refuse } from '../domain/refusals.js';

/** Bad rows that are listed one by one; the others are counted, and all stand in the quarantine. */
const listedBadRows = 10_000;
const reportEvery = 20_000;

export interface Delivery {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly format: DeliveryFormat;
  readonly fields: readonly Field[];
  readonly grant: Grant;
  readonly maxBadShare: number;
  /** Where good rows go, as CSV in UTF-8 without a header. */
  readonly good: TextFile;
  /** Where rows that are put aside go, as JSON lines with their cells. */
  readonly quarantine: TextFile;
  readonly signal: AbortSignal;
  progress(rows: number): Promise<void>;
}

/** Reads a delivery once, row by row, and sorts it into good rows and bad ones. Holds one row, whatever the file's size. */
export class SortedDelivery {
  readonly badRows: { line: number; reason: BadReason; field: string | null }[] = [];
  private readonly badByReason: Partial<Record<BadReason, number>> = {};
  private readonly digest = createHash('sha256');
  private sourceBytes = 0;
  private lines = 0;
  private bad = 0;
  private good = 0;
  private beyondGrant = 0;
  private plan: ColumnPlan | undefined;

  constructor(private readonly delivery: Delivery) {}

  /** @throws Refusal `dataset-copy.header-mismatch`, `dataset-copy.too-many-bad-rows`, `dataset-copy.csv-broken`, `dataset-copy.no-rows`. */
  async run(): Promise<void> {
    const { format, grant, maxBadShare, signal } = this.delivery;
    if (!format.header) this.plan = this.columns(null);
    try {
      for await (const row of deliveredRows(this.observed(), format)) {
        signal.throwIfAborted();
        if (this.plan === undefined) this.plan = this.columns(row.cells);
        else await this.take(this.plan, row, grant.rowLimit);
        if (tooManyBad(this.seen, maxBadShare, false)) break;
      }
    } finally {
      await this.delivery.good.flush();
      await this.delivery.quarantine.flush();
    }
    if (tooManyBad(this.seen, maxBadShare, true)) throw refuse('dataset-copy.too-many-bad-rows', { ...this.seen, maxShare: maxBadShare });
    if (this.good === 0) throw refuse('dataset-copy.no-rows');
  }

  private get seen(): { lines: number; bad: number } {
    return { lines: this.lines, bad: this.bad };
  }

  get kept(): Field[] {
    return this.plan === undefined ? [] : keptFields(this.plan);
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

  private columns(header: readonly string[] | null): ColumnPlan {
    const { fields, grant } = this.delivery;
    const planned = planColumns(header, fields, grant.fields);
    if ('fault' in planned) throw refuse('dataset-copy.header-mismatch', { ...planned.fault });
    return planned.plan;
  }

  private async take(plan: ColumnPlan, row: DeliveredRow, rowLimit: number | null): Promise<void> {
    const outcome = readRow(plan, row.cells);
    if ('bad' in outcome) {
      // A stray quote can make one row of many lines: each of them counts, or a broken file would pass as one bad row.
      const count = outcome.bad === 'field-count' ? row.lines : 1;
      this.lines += count;
      this.bad += count;
      this.badByReason[outcome.bad] = (this.badByReason[outcome.bad] ?? 0) + count;
      if (this.badRows.length < listedBadRows) this.badRows.push({ line: row.line, reason: outcome.bad, field: outcome.field });
      await this.delivery.quarantine.add(
        `${JSON.stringify({ line: row.line, reason: outcome.bad, field: outcome.field, cells: row.cells })}\n`,
      );
    } else {
      this.lines += 1;
      if (rowLimit !== null && this.good >= rowLimit) this.beyondGrant += 1;
      else {
        this.good += 1;
        await this.delivery.good.add(`${outcome.values.map(quoted).join(',')}\n`);
      }
    }
    if (this.lines % reportEvery === 0) await this.delivery.progress(this.lines);
  }

  private async *observed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.delivery.bytes) {
      this.digest.update(chunk);
      this.sourceBytes += chunk.length;
      yield chunk;
    }
  }
}

/** An absent value stays bare, so that it is read back as NULL. */
const quoted = (value: string): string => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`);
