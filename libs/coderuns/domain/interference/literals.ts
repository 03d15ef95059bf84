/** What a code writes out: texts between quotes, and numbers. */
export interface Literals {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

const most = 64;
/** A text (also as E'…' or between dollars), a quoted name, a comment, a word, a number: whichever begins here. */
const tokens = new RegExp(
  String.raw`'(?<text>(?:[^']|'')*)'|(?<tag>\$\w*\$)(?<dollar>[\s\S]*?)\k<tag>|"(?:[^"]|"")*"|--[^\n]*|/\*[\s\S]*?\*/|[\p{L}_][\p{L}\p{N}_]*|(?<number>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)`,
  'gu',
);

/** The literals of a code's text, each once, the first of them where there are many. */
export function literalsOf(sql: string): Literals {
  const texts = new Set<string>();
  const numbers = new Set<string>();
  for (const { groups } of sql.matchAll(tokens)) {
    const text = groups?.['text']?.replaceAll("''", "'") ?? groups?.['dollar'];
    if (text !== undefined && text !== '' && texts.size < most) texts.add(text);
    const number = groups?.['number']?.replaceAll('_', '');
    if (number !== undefined && numbers.size < most) numbers.add(number);
  }
  return { texts: [...texts], numbers: [...numbers] };
}
