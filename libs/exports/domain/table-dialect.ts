export const delimiters = [',', '\t', ';', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** Delimiters of each complete line, outside quotes; a quoted line break does not end a line. */
function perLine(text: string, delimiter: Delimiter, whole: boolean): number[] {
  const counts: number[] = [];
  let quoted = false;
  let count = 0;
  let any = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === '\n' && !quoted) {
      if (any) counts.push(count);
      count = 0;
      any = false;
    } else if (char !== '\r') {
      any = true;
      if (char === delimiter && !quoted) count += 1;
    }
  }
  if (whole && any) counts.push(count);
  return counts;
}

/**
 * The delimiter that cuts every line of the beginning into the same number of fields, two at least.
 * Without one the file is a text, unless its name says it is a table: then it is read as one and has to stand the reading.
 */
export function sniffDelimiter(text: string, about: { whole: boolean; named: boolean }): Delimiter | undefined {
  let best: { delimiter: Delimiter; fields: number } | undefined;
  for (const delimiter of delimiters) {
    const counts = perLine(text, delimiter, about.whole);
    const first = counts[0] ?? 0;
    if (first > 0 && counts.every((count) => count === first) && (counts.length >= 3 || about.named)) {
      if (best === undefined || first > best.fields) best = { delimiter, fields: first };
    }
  }
  return best?.delimiter ?? (about.named ? ',' : undefined);
}

const numeric = /^[+-]?\d+(?:\.\d+)?$/;
const dated = /^\d{4}[-/.年]\d{1,2}/;

/**
 * Whether a first row can be column names: none empty, repeated, a number, a date, over-long or an identifier.
 * A row of data that were taken for names would be shown to people.
 */
export const looksLikeHeader = (cells: readonly string[], isIdentifier: (cell: string) => boolean): boolean => {
  const names = cells.map((cell) => cell.trim());
  return (
    new Set(names).size === names.length &&
    names.every((name) => name !== '' && name.length <= 64 && !numeric.test(name) && !dated.test(name) && !isIdentifier(name))
  );
};

/** Column names as letters of a spreadsheet would be: for a table without a header. */
export const columnNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `column ${String(index + 1)}`);
