import type { ExportPolicy, TableDeclaration } from './policy.js';
import type { TableReader } from './table-reader.js';
import { isCountName, isDegreesName, isMagnitudeName, isMeasureName, isSuppressed, toCount, toNumber } from './measure-names.js';

export interface CellPlace {
  readonly column: string;
  readonly line: number;
}

/** A table of counts over dimensions, small enough to be compared with another. */
export interface FrequencyTable {
  readonly dimensions: readonly string[];
  readonly counts: readonly string[];
  readonly rows: readonly { readonly key: readonly string[]; readonly values: readonly (number | null)[] }[];
}

export interface FrequencyFacts {
  readonly counts: readonly string[];
  /** Declared as counts, and not columns of counts. */
  readonly misdeclared: readonly string[];
  readonly small: readonly CellPlace[];
  readonly dominated: readonly CellPlace[];
  readonly fewDegrees: readonly CellPlace[];
  /** Numbers of the three above, also where the lists stop at their limit. */
  readonly totals: { readonly small: number; readonly dominated: number; readonly fewDegrees: number };
  readonly suppressed: number;
  /** Columns that look like sums and whose contributions were not declared: dominance can't be told. */
  readonly undeclaredMagnitudes: readonly string[];
  /** Missing when there are no counts, or too many rows to compare. */
  readonly table?: FrequencyTable;
}

const comparableRows = 50_000;

interface Column {
  readonly name: string;
  readonly declared: boolean;
  count: boolean;
  decimals: boolean;
}
interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Looks for disclosive cells. Which columns count is only certain at the end, so rows are kept while the table is comparable
 * and small cells of every candidate are noted on the way.
 */
export class FrequencyScan implements TableReader {
  #columns: Column[] = [];
  #rows: Row[] | undefined = [];
  #suppressed = new Map<number, number>();
  readonly #small = new Map<number, { places: CellPlace[]; total: number }>();
  readonly #dominated: CellPlace[] = [];
  readonly #fewDegrees: CellPlace[] = [];
  #totals = { dominated: 0, fewDegrees: 0 };
  #magnitudes: { total: number; largest: number; second: number }[] = [];

  constructor(
    private readonly policy: ExportPolicy,
    private readonly declaration: TableDeclaration = {},
  ) {}

  columns(names: readonly string[]): void {
    const declared = new Set(this.declaration.counts);
    this.#columns = names.map((name) => ({
      name,
      declared: declared.has(name),
      count: declared.has(name) || isCountName(name),
      decimals: false,
    }));
    this.#magnitudes = (this.declaration.magnitudes ?? [])
      .map((m) => ({ total: names.indexOf(m.total), largest: names.indexOf(m.largest), second: names.indexOf(m.second) }))
      .filter((m) => m.total >= 0 && m.largest >= 0 && m.second >= 0);
  }

  row(cells: readonly string[], line: number): void {
    cells.forEach((cell, index) => {
      this.#cell(cell, index, line);
    });
    for (const magnitude of this.#magnitudes) this.#dominance(cells, magnitude, line);
    if (this.#rows && this.#rows.length < comparableRows) this.#rows.push({ line, cells });
    else this.#rows = undefined;
  }

  #cell(cell: string, index: number, line: number): void {
    const column = this.#columns[index];
    if (!column) return;
    const number = toNumber(cell);
    if (number !== undefined && !Number.isInteger(number)) column.decimals = true;
    if (isDegreesName(column.name) && number !== undefined && number < this.policy.degreesOfFreedom) {
      this.#note(this.#fewDegrees, column.name, line, 'fewDegrees');
    }
    if (!column.count) return;
    if (isSuppressed(cell)) {
      this.#suppressed.set(index, (this.#suppressed.get(index) ?? 0) + 1);
      return;
    }
    const count = toCount(cell);
    if (count === undefined) column.count = false;
    else if (count > 0 && count < this.policy.smallCell) {
      const small = this.#small.get(index) ?? { places: [], total: 0 };
      small.total += 1;
      if (small.places.length <= this.policy.maximumItems) small.places.push({ column: column.name, line });
      this.#small.set(index, small);
    }
  }

  /** (n, k) dominance with n = 2, and p %: the rest must blur the largest contribution by p % at least. */
  #dominance(cells: readonly string[], at: { total: number; largest: number; second: number }, line: number): void {
    const [total, largest, second] = [at.total, at.largest, at.second].map((index) => toNumber(cells[index] ?? ''));
    if (total === undefined || total === 0) return;
    const unknown = largest === undefined || second === undefined;
    const dominated =
      unknown || largest + second > this.policy.dominanceShare * total || total - largest - second < this.policy.pPercent * largest;
    if (dominated) this.#note(this.#dominated, this.#columns[at.total]?.name ?? '', line, 'dominated');
  }

  #note(places: CellPlace[], column: string, line: number, what: 'dominated' | 'fewDegrees'): void {
    this.#totals[what] += 1;
    if (places.length <= this.policy.maximumItems) places.push({ column, line });
  }

  facts(): FrequencyFacts {
    const counting = this.#columns.map((column, index) => ({ ...column, index })).filter((column) => column.count);
    const declaredTotals = new Set(this.#magnitudes.map((m) => this.#columns[m.total]?.name));
    const small = counting.map((column) => this.#small.get(column.index) ?? { places: [], total: 0 });
    const table = this.#table(counting.map((column) => column.index));
    return {
      counts: counting.map((column) => column.name),
      misdeclared: this.#misdeclared(),
      small: small.flatMap((column) => column.places),
      dominated: this.#dominated,
      fewDegrees: this.#fewDegrees,
      totals: { small: small.reduce((sum, column) => sum + column.total, 0), ...this.#totals },
      suppressed: counting.reduce((sum, column) => sum + (this.#suppressed.get(column.index) ?? 0), 0),
      undeclaredMagnitudes: this.#columns
        .filter((column) => !column.count && isMagnitudeName(column.name) && !declaredTotals.has(column.name))
        .map((column) => column.name),
      ...(table ? { table } : {}),
    };
  }

  #misdeclared(): readonly string[] {
    const names = new Set(this.#columns.map((column) => column.name));
    const absent = [
      ...(this.declaration.counts ?? []),
      ...(this.declaration.magnitudes ?? []).flatMap((m) => [m.total, m.largest, m.second]),
    ].filter((name) => !names.has(name));
    const notCounts = this.#columns.filter((column) => column.declared && !column.count).map((column) => column.name);
    return [...new Set([...absent, ...notCounts])];
  }

  #table(counts: readonly number[]): FrequencyTable | undefined {
    if (counts.length === 0 || !this.#rows) return undefined;
    const dimensions = this.#columns
      .map((column, index) => ({ ...column, index }))
      .filter((column) => !counts.includes(column.index) && !column.decimals && !isMeasureName(column.name));
    return {
      dimensions: dimensions.map((column) => column.name),
      counts: counts.map((index) => this.#columns[index]?.name ?? ''),
      rows: this.#rows.map(({ cells }) => ({
        key: dimensions.map((column) => cells[column.index] ?? ''),
        values: counts.map((index) => toCount(cells[index] ?? '') ?? null),
      })),
    };
  }
}
