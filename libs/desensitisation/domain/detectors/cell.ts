import { compactForm, normalText } from '#kernel';

/** A value in the forms that column detection looks at. */
export interface Cell {
  /** In normal form, lower case. */
  readonly text: string;
  /** Without separators, upper case; empty for a fraction. */
  readonly compact: string;
  /** How many letters or digits it has. */
  readonly length: number;
}

/** What people write where there is nothing. */
const nothing: ReadonlySet<string> = new Set(
  ['', '无', '-', '--', '---', '/', '\\', '?', '.', '*', '**', '***', '不详', '未知', '暂无', '空', '保密', '没有', '待补', '未填', '未提供', 'null', 'none', 'n/a', 'na', 'nan', 'nil', 'unknown', '(null)', '(空)'],
); // prettier-ignore

/** Base64 of readable characters stands for those: a number does not hide in it. */
function unwrapped(value: string): string {
  if (value.length < 8 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return value;
  try {
    const decoded = atob(value);
    return /^[\x20-\x7e]+$/.test(decoded) && (/\d{7}/.test(decoded) || decoded.includes('@')) ? decoded : value;
  } catch {
    return value;
  }
}

/** Without its point a fraction looks like a number of something and is none; `0571.87654321` is no fraction. */
const fraction = /^[-+]?(?:0|[1-9]\d*)\.\d*[1-9]\d*$/;

export const cellsOf = (values: readonly string[]): readonly Cell[] =>
  values.flatMap((value): Cell[] => {
    const text = normalText(unwrapped(value));
    if (nothing.has(text)) return [];
    const compact = fraction.test(text) ? '' : compactForm(text);
    return [{ text, compact, length: Array.from(compact).length }];
  });

export const shareOf = (cells: readonly Cell[], test: (cell: Cell) => boolean): number =>
  cells.length === 0 ? 0 : cells.filter(test).length / cells.length;
export const distinctOf = (cells: readonly Cell[]): readonly Cell[] => [...new Map(cells.map((cell) => [cell.text, cell])).values()];
