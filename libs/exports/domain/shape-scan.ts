import { isSuppressed } from './measure-names.js';
import type { TableReader } from './table-reader.js';

export interface ShapeFacts {
  readonly columns: readonly string[];
  readonly rows: number;
  /** Cells that a spreadsheet would run as a formula (CWE-1236), by column. */
  readonly formulas: readonly { readonly column: string; readonly cells: number; readonly firstLine: number }[];
  /** Cells so long that nobody reads them. */
  readonly opaque: readonly { readonly column: string; readonly cells: number; readonly firstLine: number }[];
}

const number = /^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:(?<=\d)\.|\.\d+)?(?:(?<=[\d.])e[+-]?\d+)?\s?[%‰]?$/iu;

/**
 * Whether a spreadsheet would run a cell (CWE-1236): it begins with `= + - @`, also in another width or behind what is invisible, or with tab
 * or carriage return, which some drop before they look. A number is a number with sign, thousands, exponent or percent.
 */
export function isFormula(cell: string): boolean {
  if (!startsLikeFormula.test(cell)) return false;
  const text = cell.normalize('NFKC').replace(invisible, '').trim();
  return text !== '' && !isSuppressed(text) && !(/\d/.test(text) && number.test(text));
}
const startsLikeFormula = /^(?:[\t\r]|[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*(?:[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r]))/u;
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Characters without a break beyond which a run is a blob, not a word. */
export const opaqueRun = /\S{1000}/;

type Places = Map<number, { cells: number; firstLine: number }>;
const note = (places: Places, index: number, line: number): void => {
  const place = places.get(index);
  if (place) place.cells += 1;
  else places.set(index, { cells: 1, firstLine: line });
};

/** Counts rows and what is odd about cells. */
export class ShapeScan implements TableReader {
  #columns: readonly string[] = [];
  #rows = 0;
  readonly #formulas: Places = new Map();
  readonly #opaque: Places = new Map();

  columns(names: readonly string[]): void {
    this.#columns = names;
  }

  row(cells: readonly string[], line: number): void {
    this.#rows += 1;
    cells.forEach((cell, index) => {
      if (isFormula(cell)) note(this.#formulas, index, line);
      if (cell.length >= 1000 && opaqueRun.test(cell)) note(this.#opaque, index, line);
    });
  }

  facts(): ShapeFacts {
    const named = (places: Places) => [...places].map(([index, place]) => ({ column: this.#columns[index] ?? '', ...place }));
    return { columns: this.#columns, rows: this.#rows, formulas: named(this.#formulas), opaque: named(this.#opaque) };
  }
}
