import { stringify } from 'yaml';
import type { Reading } from './api/reading.js';
import { tableOf } from './api/table.js';
import { type CommandEnded, exitCodes } from './exit-codes.js';

export const formats = ['table', 'wide', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];
const isFormat = (word: string | undefined): word is Format => formats.some((one) => one === word);

/** The form that a command line asks for, read from its words alone: errors come in it too, also those of words that nobody understands. */
export function formatIn(argv: readonly string[]): Format {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (words.includes('--json')) return 'json';
  const asked = words.flatMap((word, at) => {
    if (word === '-o' || word === '--output') return [words[at + 1]];
    const [, glued] = /^(?:-o=?|--output=)(.+)$/.exec(word) ?? [];
    return glued === undefined ? [] : [glued];
  });
  return asked.find(isFormat) ?? 'table';
}

export const isForPrograms = (format: Format): format is 'json' | 'yaml' => format === 'json' || format === 'yaml';

/** An answer in a form: what programs read is what was sent, what people read is read to them. */
export function rendered(value: unknown, format: Format, reading: Omit<Reading, 'wide'>): string {
  if (format === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  if (format === 'yaml') return stringify(value);
  return value === null ? '' : tableOf(value, { ...reading, wide: format === 'wide' });
}

const nameOf = (code: number): string =>
  (Object.entries(exitCodes).find(([, one]) => one === code)?.[0] ?? 'fault').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/**
 * An error as a problem document (RFC 9457): the platform's own as it was sent, and otherwise one of the command line, whose `code` begins
 * with `cli.`.
 */
export function problemIn({ code, message, refused }: Pick<CommandEnded, 'code' | 'message' | 'refused'>): unknown {
  if (refused.problem !== undefined) return refused.problem;
  const [title = '', ...detail] = message.split('\n');
  const name = `cli.${nameOf(code)}`;
  return {
    type: `urn:opdomain:refusal:${name}`,
    ...{ title, code: name, exitCode: code },
    ...(detail.length === 0 ? {} : { detail: detail.join('\n') }),
  };
}

/** On one line as JSON, so that it is the last line whatever was said before. */
export const renderedProblem = (ended: CommandEnded, format: 'json' | 'yaml'): string =>
  format === 'json' ? `${JSON.stringify(problemIn(ended))}\n` : stringify(problemIn(ended));
