import type { Encoding, ReadableEncoding } from './delivery-format.js';

/** Enough of a file to tell its encoding by. */
export const sampleBytes = 16 * 1024;

const marks: readonly { readonly encoding: ReadableEncoding; readonly bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'gb18030', bytes: [0x84, 0x31, 0x95, 0x33] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/** What the byte order mark at the beginning of a file says. */
export const markedEncoding = (head: Uint8Array): ReadableEncoding | undefined =>
  marks.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte))?.encoding;

/** Characters of everyday Chinese text: the first level of GB 2312, its punctuation and full-width forms. And those of its second level. */
const [everyday, secondLevel] = [characters([0xa1, 0xa1], [0xa3, 0xa3], [0xb0, 0xd7]), characters([0xd8, 0xf7])];

function characters(...rows: readonly (readonly [number, number])[]): ReadonlySet<string> {
  const decoder = new TextDecoder('gb18030');
  const bytes = rows.flatMap(([from, to]) => range(from, to).flatMap((lead) => range(0xa1, 0xfe).flatMap((trail) => [lead, trail])));
  return new Set(decoder.decode(Uint8Array.from(bytes)));
}
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

const isAscii = (code: number): boolean => (code >= 0x20 && code < 0x7f) || code === 0x09 || code === 0x0a || code === 0x0d;
const isNoText = /[\p{Cc}\p{Co}\p{Cn}\uFFFD]/u;

/** How much a text looks like one that somebody wrote, -1 to 1, by its characters outside ASCII; ASCII alone is 1. */
function plausibility(text: string): number {
  let sum = 0;
  let count = 0;
  for (const character of text) {
    if (isAscii(character.charCodeAt(0)) || character === '\uFEFF') continue;
    count += 1;
    if (everyday.has(character)) sum += 1;
    else if (secondLevel.has(character)) sum += 0.6;
    else sum += isNoText.test(character) ? -1 : 0.3;
  }
  return count === 0 ? 1 : sum / count;
}

/** Bytes of another encoding are hardly ever valid UTF-8 by chance, unless they are few. */
function asUtf8(text: string): number {
  const outside = new Set(Array.from(text).filter((character) => !isAscii(character.charCodeAt(0))));
  return outside.size >= fewest && !outside.has('\uFFFD') ? 0.3 : 0;
}
const fewest = 3;

/** A sample may be cut inside a character: what is open at its end says nothing. */
const readAs = (sample: Uint8Array, encoding: ReadableEncoding): string => new TextDecoder(encoding).decode(sample, { stream: true });

/** Below this share of NUL bytes no text is UTF-16: its separators and line ends alone make more. */
const leastNul = 0.02;
/** How much better another encoding must read, and how well, before the declared one is called wrong. */
const [clearly, well] = [0.25, 0.6];

/**
 * The encoding that a part of a file was written in, where it is plainly another than the declared one.
 * @param sample whole lines, or the beginning of the file
 */
export function contradictedBy(sample: Uint8Array, declared: ReadableEncoding): ReadableEncoding | undefined {
  const nul = sample.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0) / Math.max(1, sample.length);
  const others: ReadableEncoding[] = nul >= leastNul ? ['utf-16le', 'utf-16be'] : ['utf-8', 'gb18030'];
  const text = readAs(sample, declared);
  // What is UTF-8 throughout, as was said, is not contradicted by a reading that happens to look more usual (emoji, rare characters).
  if (declared === 'utf-8' && nul < leastNul && !text.includes('\uFFFD')) return undefined;
  const asDeclared = plausibility(text);
  const [best] = others
    .filter((encoding) => encoding !== declared)
    .map((encoding) => {
      const text = readAs(sample, encoding);
      return { encoding, score: plausibility(text) + (encoding === 'utf-8' ? asUtf8(text) : 0) };
    })
    .sort((a, b) => b.score - a.score);
  return best !== undefined && best.score >= well && best.score - asDeclared >= clearly ? best.encoding : undefined;
}

/** Which UTF-16 the beginning of a file without a mark is, by where its separators, digits and line ends stand. */
export function utf16Of(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const ascii = (encoding: ReadableEncoding): number => Array.from(readAs(head, encoding)).filter((c) => isAscii(c.charCodeAt(0))).length;
  const [little, big] = [ascii('utf-16le'), ascii('utf-16be')];
  if (little === big) return undefined;
  return little > big ? 'utf-16le' : 'utf-16be';
}

export type SettledEncoding =
  { readonly encoding: ReadableEncoding } | { readonly contradictedBy: ReadableEncoding } | { readonly undecided: true };

/** How a file is to be read, by what was declared and how it begins. */
export function settleEncoding(head: Uint8Array, declared: Encoding): SettledEncoding {
  const marked = markedEncoding(head);
  const isUtf16 = declared === 'utf-16';
  if (marked !== undefined) {
    const fits = isUtf16 ? marked.startsWith('utf-16') : marked === declared;
    return fits ? { encoding: marked } : { contradictedBy: marked };
  }
  const encoding = isUtf16 ? utf16Of(head) : declared;
  const other = contradictedBy(head, encoding ?? 'utf-16le');
  if (other !== undefined) return { contradictedBy: other };
  return encoding === undefined ? { undecided: true } : { encoding };
}

/** Where the first byte outside ASCII stands: what a person looks at first. Line and column count from 1. */
export function firstOutsideAscii(sample: Uint8Array): { line: number; column: number } {
  const at = Math.max(
    0,
    sample.findIndex((byte) => !isAscii(byte)),
  );
  const before = sample.subarray(0, at);
  const lineBreak = before.includes(0x0a) ? 0x0a : 0x0d;
  const line = before.reduce((count, byte) => count + (byte === lineBreak ? 1 : 0), 1);
  return { line, column: at - before.lastIndexOf(lineBreak) };
}
