/** Encodings in which tables and texts are accepted; GB18030 (GB 18030-2022) covers GBK and GB 2312. */
export type Encoding = 'utf-8' | 'utf-16le' | 'gb18030';

// What no text holds: control characters but tab, line ends, form feed and next line; noncharacters.
const controls = /[[\p{Cc}\uFFFE\uFFFF]--[\t\n\f\r\u0085]]/v;

/** A file that claimed to be text and is not, all the way. `at` counts characters from its start. */
export class NotText extends Error {
  override readonly name = 'NotText';
  constructor(readonly at: number) {
    super('not text');
  }
}

const decodes = (bytes: Uint8Array, encoding: Encoding, whole: boolean): boolean => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: !whole });
    return !controls.test(text);
  } catch {
    return false;
  }
};

/**
 * The encoding in which the beginning of a file is text, or undefined for a binary file.
 * @param whole true when `head` is the whole file, so that a cut character counts as an error
 */
export function encodingOf(head: Uint8Array, whole: boolean): Encoding | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return decodes(head, 'utf-16le', whole) ? 'utf-16le' : undefined;
  if (decodes(head, 'utf-8', whole)) return 'utf-8';
  return decodes(head, 'gb18030', whole) ? 'gb18030' : undefined;
}

/** Decodes piece by piece and refuses what is not text: content hidden behind a clean beginning ends here. @throws NotText */
export async function* decoded(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let at = 0;
  const checked = (bytes: Uint8Array | undefined): string => {
    let text: string;
    try {
      text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch {
      throw new NotText(at);
    }
    const control = text.search(controls);
    if (control >= 0) throw new NotText(at + control);
    at += text.length;
    return text;
  };
  for await (const bytes of source) {
    const text = checked(bytes);
    if (text !== '') yield text;
  }
  const rest = checked(undefined);
  if (rest !== '') yield rest;
}
