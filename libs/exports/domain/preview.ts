import type { TableFacts } from './file-facts.js';
import type { TableReader } from './table-reader.js';
import { toCount, toNumber } from './measure-names.js';

export interface PreviewColumn {
  readonly name: string;
  readonly holds: 'numbers' | 'text' | 'nothing';
  readonly empty: number;
  /** Distinct values, `null` from 10,000 on. */
  readonly distinct: number | null;
  /** Of numbers, three significant digits, when enough rows stand behind it. */
  readonly mean?: number;
  /** Values that enough rows share. */
  readonly common?: readonly { readonly value: string; readonly rows: number }[];
}

/** What reviewers see of a table: its shape and aggregates, and no row that fewer than the threshold stand behind. */
export interface Preview {
  readonly rows: number;
  readonly columns: readonly PreviewColumn[];
  /** First rows of a table of counts, those alone whose every count reaches the threshold. */
  readonly sample: readonly (readonly string[])[];
}

const manyDistinct = 10_000;
const sampleRows = 20;
const shownValues = 10;
const significant = (value: number): number => Number(value.toPrecision(3));

interface ColumnTally {
  readonly name: string;
  empty: number;
  numbers: number;
  sum: number;
  values: Map<string, number> | undefined;
}

/** Gathers a safe preview in one pass; at most 10,000 values a column are held. */
export class PreviewScan implements TableReader {
  #columns: ColumnTally[] = [];
  #rows = 0;
  readonly #first: (readonly string[])[] = [];
  constructor(private readonly threshold: number) {}

  columns(names: readonly string[]): void {
    this.#columns = names.map((name) => ({ name, empty: 0, numbers: 0, sum: 0, values: new Map() }));
  }

  row(cells: readonly string[]): void {
    this.#rows += 1;
    if (this.#first.length < sampleRows * 5) this.#first.push(cells);
    this.#columns.forEach((column, index) => {
      const cell = cells[index] ?? '';
      if (cell.trim() === '') column.empty += 1;
      const number = toNumber(cell);
      if (number !== undefined) {
        column.numbers += 1;
        column.sum += number;
      }
      if (!column.values) return;
      column.values.set(cell, (column.values.get(cell) ?? 0) + 1);
      if (column.values.size >= manyDistinct) column.values = undefined;
    });
  }

  preview(table: TableFacts): Preview {
    return {
      rows: this.#rows,
      columns: this.#columns.map((column) => this.#column(column)),
      sample: table.identifiers.length === 0 ? this.#sample(table) : [],
    };
  }

  #column(column: ColumnTally): PreviewColumn {
    const filled = this.#rows - column.empty;
    const holds = filled === 0 ? 'nothing' : column.numbers === filled ? 'numbers' : 'text';
    const about = { name: column.name, holds, empty: column.empty, distinct: column.values?.size ?? null } as const;
    if (holds === 'numbers') return filled >= this.threshold ? { ...about, mean: significant(column.sum / filled) } : about;
    const common = [...(column.values ?? [])].filter(([value, rows]) => value.trim() !== '' && rows >= this.threshold);
    common.sort(([, a], [, b]) => b - a);
    return { ...about, common: common.slice(0, shownValues).map(([value, rows]) => ({ value, rows })) };
  }

  #sample(table: TableFacts): readonly (readonly string[])[] {
    const counts = table.frequency.counts.map((name) => table.shape.columns.indexOf(name));
    if (counts.length === 0) return [];
    const safe = (cells: readonly string[]): boolean => counts.every((index) => (toCount(cells[index] ?? '') ?? 0) >= this.threshold);
    return this.#first.filter(safe).slice(0, sampleRows);
  }
}
