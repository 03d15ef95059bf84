import { normalText } from '#kernel';
import type { TableReader } from './table-reader.js';

/**
 * Recognises one kind of identifier. `checked` by check character and structure: a hit is a hit. `shaped` by a form that little else
 * has. `weak`: only many such values in one column mean anything.
 */
export interface Detector {
  readonly type: string;
  readonly certainty: 'checked' | 'shaped' | 'weak';
  /** Whether the whole value is one. */
  readonly matches: (value: string) => boolean;
  /** Finds them inside a longer text. */
  readonly within?: RegExp;
}

export interface IdentifierHit {
  readonly column: string;
  readonly type: string;
  readonly certainty: Detector['certainty'];
  readonly cells: number;
  readonly firstLine: number;
}

const separators = /[\s\-–—·.()（）]/gu;
const digitRuns = /\d{11,19}[Xx]?/g;
const longestWhole = 200;
/** Share of a column's filled cells from which weak matches count. */
const weakShare = 0.5;

/** Whether a cell is, or holds, an identifier: as it stands, without separators (`138 0013 8000`), or inside mixed content. */
export function holds(detector: Detector, value: string): boolean {
  if (value.length <= longestWhole) {
    if (detector.matches(value)) return true;
    const joined = value.replace(separators, '');
    if (joined !== value && joined.length >= 7 && /\d{4}/.test(joined) && detector.matches(joined)) return true;
  }
  if (detector.within !== undefined && value.match(detector.within)?.some((found) => detector.matches(found)) === true) return true;
  return detector.certainty === 'checked' && (value.match(digitRuns)?.some((run) => run !== value && detector.matches(run)) ?? false);
}

/** Whether a column name is itself an identifier and so a value of a first row. */
export const isIdentifier = (cell: string, detectors: readonly Detector[]): boolean => {
  const value = normalText(cell);
  return value.length > 1 && detectors.some((detector) => detector.certainty !== 'weak' && holds(detector, value));
};

/** Counts, by column and type, the cells that hold an identifier; values are looked at and not kept. */
export class IdentifierScan implements TableReader {
  readonly #hits = new Map<string, { column: string; detector: Detector; cells: number; firstLine: number }>();
  readonly #filled = new Map<string, number>();
  #columns: readonly string[] = [];
  constructor(private readonly detectors: readonly Detector[]) {}

  columns(names: readonly string[]): void {
    this.#columns = names;
  }

  row(cells: readonly string[], line: number): void {
    cells.forEach((cell, index) => {
      this.look(cell, this.#columns[index] ?? '', line);
    });
  }

  look(cell: string, column: string, line: number): void {
    const value = normalText(cell);
    if (value === '') return;
    this.#filled.set(column, (this.#filled.get(column) ?? 0) + 1);
    if (value.length < 2 || (value.length < 7 && /^[\d.,+-]+$/.test(value))) return;
    for (const detector of this.detectors) {
      if (!holds(detector, value)) continue;
      const key = `${detector.type} ${column}`;
      const hit = this.#hits.get(key);
      if (hit) hit.cells += 1;
      else this.#hits.set(key, { column, detector, cells: 1, firstLine: line });
      if (detector.certainty === 'checked') break;
    }
  }

  hits(): readonly IdentifierHit[] {
    return [...this.#hits.values()]
      .filter(({ detector, column, cells }) => detector.certainty !== 'weak' || cells >= weakShare * (this.#filled.get(column) ?? 1))
      .map(({ column, detector, cells, firstLine }) => ({ column, type: detector.type, certainty: detector.certainty, cells, firstLine }));
  }
}
