import type { BadReason } from '../domain/cell.js';
import type { DeliveredRow } from '../domain/csv-records.js';
import { readingOf } from '../domain/delivery-format.js';
import type { JsonLinesFormat } from '../domain/delivery-format.js';
import { refuse } from '../domain/refusals.js';
import { decodedText } from './decoded-text.js';

const longestLine = 4 * 1024 * 1024;

/**
 * Rows of JSON lines (one object a line), their cells in the order of the fields. Numbers keep the digits that they are written with.
 * @throws Refusal `dataset-copy.not-the-format` for an array instead of lines, and for lines past all measure; those of `decodedText`.
 */
export async function* jsonRows(
  bytes: AsyncIterable<Uint8Array>,
  format: JsonLinesFormat,
  fields: readonly { readonly name: string }[],
): AsyncGenerator<readonly DeliveredRow[]> {
  const places = new Map(fields.map(({ name }, at) => [name, at]));
  let rest = '';
  let line = 0;
  const rowsOf = (lines: readonly string[]): DeliveredRow[] =>
    lines.flatMap((text) => {
      line += 1;
      const json = text.replace(/^\uFEFF/, '').trim();
      if (json === '') return [];
      if (json.startsWith('[')) throw refuse('dataset-copy.not-the-format', { ...readingOf(format), cause: 'array', line });
      return [{ ...cellsOf(json, places), line, lines: 1 }];
    });
  for await (const text of decodedText(bytes, format.encoding)) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine)
      throw refuse('dataset-copy.not-the-format', { ...readingOf(format), cause: 'long-line', line: line + 1 });
    yield rowsOf(lines);
  }
  yield rowsOf([rest]);
}

interface SourceText {
  readonly source?: string;
}
/** The language gives a number's own text to whoever asks; the types do not know it yet. */
const parse = JSON.parse as (text: string, reviver: (key: string, value: unknown, context: SourceText) => unknown) => unknown;
const digitsKept = (_key: string, value: unknown, { source }: SourceText): unknown =>
  typeof value === 'number' ? (source ?? value) : value;

function cellsOf(json: string, places: ReadonlyMap<string, number>): { cells: string[]; fault?: BadReason } {
  let parsed: unknown;
  try {
    parsed = parse(json, digitsKept);
  } catch {
    return { cells: [json], fault: 'not-an-object' };
  }
  if (typeof parsed !== 'object' || parsed === null) return { cells: [json], fault: 'not-an-object' };
  const cells = Array.from({ length: places.size }, () => '');
  for (const [key, value] of Object.entries(parsed as Record<string, unknown>)) {
    const at = places.get(key);
    if (at === undefined) return { cells: [json], fault: 'unknown-key' };
    if (typeof value === 'object' && value !== null) return { cells: [json], fault: 'nested-value' };
    if (typeof value === 'string') cells[at] = value;
    else if (value !== null) cells[at] = value === true ? 'true' : 'false';
  }
  return { cells };
}
