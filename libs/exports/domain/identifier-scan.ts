import { compactForm, identifierOfCompact, normalText } from '#kernel';
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

const digitRuns = /\d{11,19}[Xx]?/g;
const longestWhole = 200;
/** Share of a column's filled cells from which weak matches count. */
const weakShare = 0.5;
/** Values whose detectors are kept in mind, so that memory stays bounded. */
const remembered = 20_000;
/** Numbers that only a card number can be told from by what they are written as: fractions, grouped thousands, powers of ten, percent. */
const measured =
  /(?<![\d.,])[-+]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d*[1-9]\d*|\d+(?:\.\d+)?(?=e[-+]?\d))(?:e[-+]?\d+)?%?(?![\d.,]*\d)/gu;
/** Nothing of a measured number is searched but a resident ID, which a region, a day and a check character tell from any share. */
const inNumbers = 'resident-id';

/**
 * Whether a cell is, or holds, an identifier: as it stands, in its normal form, or inside mixed content.
 * @param value in normal form (`normalText`)
 */
export function holds(detector: Detector, value: string): boolean {
  return holdsRead(detector, readingOf(value));
}

/** A value in the forms that detectors look at, made once for all of them. */
interface Read {
  readonly text: string;
  /** Without the numbers that are measured rather than given. */
  readonly unmeasured: string;
  readonly compact: string;
  /** The whole is one such number. */
  readonly isMeasured: boolean;
}

function readingOf(text: string): Read {
  const unmeasured = /\d[.,e]/.test(text) ? text.replace(measured, ' ') : text;
  return { text, unmeasured, compact: text.length <= longestWhole ? compactForm(text) : '', isMeasured: unmeasured === ' ' };
}

function holdsRead(detector: Detector, { text, unmeasured, compact, isMeasured }: Read): boolean {
  const { type, certainty, matches, within } = detector;
  if (type === inNumbers && compact.length >= 17 && matches(compact)) return true;
  if (isMeasured) return false;
  if (text.length <= longestWhole) {
    if (matches(text)) return true;
    if (text === unmeasured && compact.length >= 7 && (matches(compact) || matches(identifierOfCompact(type, compact)))) return true;
  }
  if (within !== undefined && unmeasured.match(within)?.some((found) => matches(found)) === true) return true;
  return certainty === 'checked' && (unmeasured.match(digitRuns)?.some((run) => run !== text && matches(run)) ?? false);
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
  readonly #known = new Map<string, readonly Detector[]>();
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
    for (const detector of this.#held(value)) {
      const key = `${detector.type} ${column}`;
      const hit = this.#hits.get(key);
      if (hit) hit.cells += 1;
      else this.#hits.set(key, { column, detector, cells: 1, firstLine: line });
    }
  }

  /** What tables repeat (places, bands, codes) is looked at once. */
  #held(value: string): readonly Detector[] {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const read = readingOf(value);
    const held: Detector[] = [];
    for (const detector of this.detectors) {
      if (!holdsRead(detector, read)) continue;
      held.push(detector);
      if (detector.certainty === 'checked') break;
    }
    if (value.length <= longestWhole && this.#known.size < remembered) this.#known.set(value, held);
    return held;
  }

  hits(): readonly IdentifierHit[] {
    return [...this.#hits.values()]
      .filter(({ detector, column, cells }) => detector.certainty !== 'weak' || cells >= weakShare * (this.#filled.get(column) ?? 1))
      .map(({ column, detector, cells, firstLine }) => ({ column, type: detector.type, certainty: detector.certainty, cells, firstLine }));
  }
}
