import type { Encoding, ReadableEncoding } from '../domain/delivery-format.js';
import { contradictedBy, firstOutsideAscii, sampleBytes, settleEncoding } from '../domain/encoding.js';
import { refuse } from '../domain/refusals.js';

/** Every so many bytes a sample is looked at: files are put together of parts that several systems wrote. */
const lookEvery = 256 * 1024;
const lineFeed = 0x0a;

/**
 * A file's text as it comes; bytes that are no character become U+FFFD. The decoders of the platform (WHATWG Encoding) keep state between
 * chunks, so that no character is cut in two.
 * @throws Refusal `dataset-copy.wrong-encoding` where the file plainly is in another, `dataset-copy.encoding-undecided`.
 */
export async function* decodedText(bytes: AsyncIterable<Uint8Array>, declared: Encoding): AsyncGenerator<string> {
  const source = bytes[Symbol.asyncIterator]();
  const head = await firstBytes(source);
  const settled = settleEncoding(wholeLines(head), declared);
  if ('contradictedBy' in settled) throw wrongEncoding(declared, settled.contradictedBy, firstOutsideAscii(head));
  if ('undecided' in settled) throw refuse('dataset-copy.encoding-undecided', { declared });
  const { encoding } = settled;
  const decoder = new TextDecoder(encoding);
  const watch = encoding === 'utf-8' || encoding === 'gb18030' ? new EncodingWatch(encoding) : undefined;
  for (let chunk: Uint8Array | undefined = head; chunk !== undefined; chunk = await nextOf(source)) {
    watch?.see(chunk);
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function nextOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const next = await source.next();
  return next.done === true ? undefined : next.value;
}

async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let size = 0; size < sampleBytes;) {
    const chunk = await nextOf(source);
    if (chunk === undefined) break;
    chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** A sample of a long text; cut after a line where it has one, since the rest of a character would read as wrong. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= sampleBytes) return bytes;
  const sample = bytes.subarray(0, sampleBytes);
  const end = sample.lastIndexOf(lineFeed);
  return end > 0 && sample[end + 1] !== 0 && sample[end - 1] !== 0 ? sample.subarray(0, end + 1) : sample;
}

const wrongEncoding = (declared: Encoding, readsAs: ReadableEncoding, at: { line: number; column: number }) =>
  refuse('dataset-copy.wrong-encoding', { declared, readsAs, ...at });

/** Looks at a sample of what comes now and then. */
class EncodingWatch {
  private seen = 0;
  private due = 0;
  private lines = 0;

  constructor(private readonly encoding: ReadableEncoding) {}

  see(chunk: Uint8Array): void {
    if (this.seen >= this.due) this.look(chunk);
    this.seen += chunk.length;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) this.lines += 1;
  }

  private look(chunk: Uint8Array): void {
    const outside = chunk.findIndex((byte) => byte >= 0x80);
    if (outside === -1) return;
    this.due = this.seen + lookEvery;
    // Of chunks that are cut anywhere only what stands between two line ends can be judged.
    const begin = outside === 0 ? chunk.indexOf(lineFeed) : Math.max(chunk.lastIndexOf(lineFeed, outside), this.seen === 0 ? 0 : -1);
    const sample = chunk.subarray(Math.max(0, begin), Math.max(0, begin) + sampleBytes);
    const end = sample.lastIndexOf(lineFeed);
    if (begin === -1 || end <= 0) return;
    const readsAs = contradictedBy(sample.subarray(0, end), this.encoding);
    if (readsAs === undefined) return;
    const { line, column } = firstOutsideAscii(sample);
    const before = chunk.subarray(0, Math.max(0, begin)).reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), this.lines);
    throw wrongEncoding(this.encoding, readsAs, { line: before + line, column });
  }
}
