import { unplain } from './cell.js';
import type { BadReason } from './cell.js';
import type { CsvFormat } from './delivery-format.js';

export interface DeliveredRow {
  readonly cells: readonly string[];
  /** Line of the file on which the row begins, from 1; of a table without lines, the number of the row. */
  readonly line: number;
  /** How many lines it runs over: more than one where a quoted cell holds line breaks. */
  readonly lines: number;
  /** What the reader itself found wrong with it. */
  readonly fault?: BadReason;
  /** Its line as it stands in the file, where no quote, no carriage return and nothing of `unplain` is in it. */
  readonly plain?: string;
}

/** Characters of one row at most: a quote that is never closed must not fill memory with the rest of the file. */
const longestRow = 4 * 1024 * 1024;
const [lf, cr, space, tab, quote, mark] = [10, 13, 32, 9, 34, 0xfeff];

/** A quote that is opened here is not closed: what follows cannot be told apart. */
export class OpenQuote extends Error {
  override readonly name = 'OpenQuote';
  constructor(
    readonly line: number,
    readonly column: number,
  ) {
    super('a quote is not closed');
  }
}

interface Cell {
  readonly value: string;
  readonly end: number;
  readonly fault?: BadReason;
}
/** What stands in the text is not enough to tell. */
type OrMore<T> = T | 'more';

/**
 * Rows of a delimited text as it comes. RFC 4180 first; what breaks its rules is taken as people mean it where that is plain (text after a
 * closing quote, a blank before a quote, quotes after a backslash, lone carriage returns as line ends) and marked as bad where it is not,
 * so that one bad row costs itself alone wherever its line can be told.
 */
export class CsvRecords {
  private rest = '';
  /** Of the row that comes next. */
  private line = 1;
  /** The first line end decides whether a carriage return alone ends lines; in a file that does not use it so, it belongs to its cell. */
  private ends: 'unknown' | 'lf' | 'cr' = 'unknown';
  private readonly separator: number;

  /** @param width cells of a row where it is known; else the first row says. */
  constructor(
    private readonly format: Pick<CsvFormat, 'delimiter' | 'escape'>,
    private width?: number,
  ) {
    this.separator = format.delimiter.charCodeAt(0);
  }

  /** @throws OpenQuote at the end, or where a row grows past all measure. */
  read(more: string, isLast: boolean): DeliveredRow[] {
    const text = this.rest + more;
    const rows: DeliveredRow[] = [];
    let at = 0;
    while (at < text.length) {
      const end = this.plainRow(text, at, isLast, rows) ?? this.row(text, at, isLast, rows);
      if (end === 'more') break;
      at = end;
    }
    this.rest = text.slice(at);
    if (this.rest.length > longestRow) throw this.openQuote(this.rest, Math.max(0, this.rest.indexOf('"')));
    return rows;
  }

  private openQuote(text: string, open: number, from = 0): OpenQuote {
    const before = text.slice(from, open);
    const column = before.length - Math.max(before.lastIndexOf('\n'), this.ends === 'cr' ? before.lastIndexOf('\r') : -1);
    return new OpenQuote(this.line + this.breaksIn(before), column);
  }

  /** Most rows: no quote in them. @returns where the next one begins; undefined for what needs a closer look. */
  private plainRow(text: string, from: number, isLast: boolean, rows: DeliveredRow[]): OrMore<number> | undefined {
    if (this.ends !== 'lf') return undefined;
    const found = text.indexOf('\n', from);
    if (found === -1 && !isLast) return text.includes('"', from) ? undefined : 'more';
    const stop = found === -1 ? text.length : found;
    const start = text.charCodeAt(from) === mark ? from + 1 : from;
    const line = text.slice(start, stop > start && text.charCodeAt(stop - 1) === cr ? stop - 1 : stop);
    if (line.includes('"')) return undefined;
    const cells = line.split(this.format.delimiter);
    const parts =
      line.includes('\r') && cells.length !== this.width ? line.split('\r').map((part) => part.split(this.format.delimiter)) : [];
    const plain = unplain.test(line) || line.includes('\r') ? undefined : line;
    // A file of mixed line ends: a carriage return that parts whole rows is one.
    if (parts.length > 0 && parts.every(({ length }) => length === this.width)) for (const part of parts) this.take(rows, part, 1);
    else this.take(rows, cells, 1, undefined, plain);
    return stop + 1;
  }

  private row(text: string, from: number, isLast: boolean, rows: DeliveredRow[]): OrMore<number> {
    const cells: string[] = [];
    let fault: BadReason | undefined;
    let at = text.charCodeAt(from) === mark ? from + 1 : from;
    for (;;) {
      const cell = this.cell(text, at, from, isLast);
      if (cell === 'more') return 'more';
      cells.push(cell.value);
      fault ??= cell.fault;
      at = cell.end;
      if (text.charCodeAt(at) !== this.separator) break;
      at += 1;
    }
    if (!isLast && (at >= text.length || (text.charCodeAt(at) === cr && at + 1 === text.length))) return 'more';
    const isReturn = text.charCodeAt(at) === cr;
    const end = at + (isReturn && text.charCodeAt(at + 1) === lf ? 2 : 1);
    if (this.ends === 'unknown') this.ends = isReturn && end === at + 1 && at + 1 < text.length ? 'cr' : 'lf';
    this.take(rows, cells, 1 + this.breaksIn(text.slice(from, at)), fault);
    return end;
  }

  private take(rows: DeliveredRow[], cells: readonly string[], lines: number, fault?: BadReason, plain?: string): void {
    const { line } = this;
    const row: DeliveredRow =
      plain === undefined ? { cells, line, lines, ...(fault === undefined ? {} : { fault }) } : { cells, line, lines, plain };
    this.line += lines;
    // An empty line is a row where rows are of one cell, and nothing elsewhere.
    if (cells.length === 1 && this.width !== 1 && /^[ \t]*$/.test(cells[0] ?? '')) return;
    this.width ??= cells.length;
    rows.push(row);
  }

  private breaksIn(text: string): number {
    return text.match(this.ends === 'cr' ? /\r\n|\n|\r/g : /\n/g)?.length ?? 0;
  }

  private isEnd(text: string, at: number): boolean {
    const code = text.charCodeAt(at);
    return code === lf || (code === cr && (this.ends !== 'lf' || text.charCodeAt(at + 1) === lf || at + 1 === text.length));
  }

  private stops(text: string, at: number): boolean {
    return at >= text.length || text.charCodeAt(at) === this.separator || this.isEnd(text, at);
  }

  private blanks(text: string, at: number): number {
    let after = at;
    while (text.charCodeAt(after) === space || (text.charCodeAt(after) === tab && this.separator !== tab)) after += 1;
    return after;
  }

  private cell(text: string, at: number, from: number, isLast: boolean): OrMore<Cell> {
    const open = this.blanks(text, at);
    if (text.charCodeAt(open) !== quote) return this.plainCell(text, at, at, isLast);
    const close = closing(text, open, this.format.escape ?? 'quote');
    if (close === -1 || (!isLast && close + 1 >= text.length)) {
      if (!isLast) return 'more';
      throw this.openQuote(text, open, from);
    }
    const after = this.blanks(text, close + 1);
    if (!isLast && after >= text.length) return 'more';
    const inside = text.slice(open + 1, close);
    const isWhole = this.stops(text, after);
    const isBroken = /[\r\n]/.test(inside);
    if (isWhole && open === at && after === close + 1) return { value: unescaped(inside, this.format.escape ?? 'quote'), end: after };
    if (isWhole && !isBroken) return { value: text.slice(at, after), end: after };
    const slashed = this.slashedCell(text, open, isLast);
    if (slashed !== undefined) return slashed;
    // Where the next quote stands in another line, it is another cell's: this one was never closed.
    if (isBroken) return this.plainCell(text, at, at, isLast, 'quote-not-closed');
    return this.plainCell(text, at, close + 1, isLast);
  }

  /** A quoted cell within its line whose quotes stand after backslashes, although the file was not declared so. */
  private slashedCell(text: string, open: number, isLast: boolean): OrMore<Cell> | undefined {
    const line = text.indexOf('\n', open);
    if (line === -1 && !isLast) return 'more';
    const within = text.slice(0, line === -1 ? text.length : line + 1);
    const close = closing(within, open, 'backslash');
    const inside = within.slice(open + 1, Math.max(open + 1, close));
    if (close === -1 || !inside.includes('\\"') || !this.stops(within, close + 1)) return undefined;
    return { value: unescaped(inside, 'backslash'), end: close + 1 };
  }

  private plainCell(text: string, at: number, look: number, isLast: boolean, fault?: BadReason): OrMore<Cell> {
    let end = look;
    while (!this.stops(text, end)) end += 1;
    if (!isLast && end >= text.length) return 'more';
    return { value: text.slice(at, end), end, ...(fault === undefined ? {} : { fault }) };
  }
}

/** Index of the quote that closes the one at `open`, -1 where there is none. */
function closing(text: string, open: number, escape: 'quote' | 'backslash'): number {
  for (let at = open + 1; ;) {
    const found = text.indexOf('"', at);
    if (found === -1) return -1;
    if (escape === 'backslash') {
      let slashes = 0;
      while (found - slashes - 1 > open && text[found - slashes - 1] === '\\') slashes += 1;
      if (slashes % 2 === 0) return found;
      at = found + 1;
    } else if (text.charCodeAt(found + 1) === quote) at = found + 2;
    else return found;
  }
}

const unescaped = (inside: string, escape: 'quote' | 'backslash'): string =>
  escape === 'quote' ? inside.replaceAll('""', '"') : inside.replace(/\\(["\\])/g, '$1');
