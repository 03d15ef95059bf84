import { IdentifierScan, type Detector, type IdentifierHit } from './identifier-scan.js';
import { opaqueRun } from './shape-scan.js';

export interface TextFacts {
  readonly lines: number;
  readonly characters: number;
  readonly identifiers: readonly IdentifierHit[];
  /** Lines that hold a run nobody can read. */
  readonly opaqueLines: number;
}

const longestLine = 1024 * 1024;

/** Cuts a stream of text into lines; a line over 1 Mi characters is cut there, so that memory stays bounded. */
export async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const lines = (rest + piece).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > longestLine) {
      yield rest;
      rest = '';
    }
  }
  if (rest !== '') yield rest;
}

/** Reads a text whole: every word of every line is looked at by every detector. */
export async function scanText(text: AsyncIterable<string>, detectors: readonly Detector[]): Promise<TextFacts> {
  const identifiers = new IdentifierScan(detectors);
  identifiers.columns(['']);
  let lines = 0;
  let characters = 0;
  let opaqueLines = 0;
  for await (const line of linesOf(text)) {
    lines += 1;
    characters += line.length;
    identifiers.look(line, '', lines);
    if (opaqueRun.test(line)) opaqueLines += 1;
  }
  return { lines, characters, identifiers: identifiers.hits(), opaqueLines };
}
