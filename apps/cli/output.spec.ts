import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CommandEnded, exitCodes } from './exit-codes.js';
import { formatIn, problemIn, rendered, renderedProblem } from './output.js';

describe('the form of what is printed', () => {
  it('is read from the words of the command line alone', () => {
    for (const [words, format] of [
      ['seat list', 'table'],
      ['seat list --json', 'json'],
      ['seat list -o yaml', 'yaml'],
      ['seat list -ojson', 'json'],
      ['seat list --output=wide', 'wide'],
      ['audit-log-keys read -o keys', 'table'],
      ['complete -- seat list --json', 'table'],
    ] as const)
      expect([words, formatIn(words.split(' '))]).toEqual([words, format]);
  });

  it('gives programs what was sent, in YAML too', () => {
    const answer = { id: 'a', at: '2026-11-30T20:47:28.123Z', code: '0012', list: [1, null] };
    const reading = { language: 'zh', names: new Map() } as const;
    expect(JSON.parse(rendered(answer, 'json', reading))).toEqual(answer);
    expect(parse(rendered(answer, 'yaml', reading))).toEqual(answer);
  });
});

describe('an error for programs', () => {
  it('is the problem document of the platform as it was sent', () => {
    const problem = { type: 'urn:opdomain:refusal:seat.not-found', code: 'seat.not-found', status: 404, more: [1] };
    expect(problemIn(new CommandEnded(exitCodes.refused, 'said', { problem }))).toEqual(problem);
  });

  it('is one of the command line where the platform sent none, with what the exit code means', () => {
    const ended = new CommandEnded(exitCodes.notSignedIn, 'not signed in\nopdomain login does it');
    const problem = { code: 'cli.not-signed-in', exitCode: 4, title: 'not signed in', detail: 'opdomain login does it' };
    expect(problemIn(ended)).toEqual({ type: 'urn:opdomain:refusal:cli.not-signed-in', ...problem });
    expect(renderedProblem(ended, 'json').trimEnd().split('\n')).toHaveLength(1);
    expect(parse(renderedProblem(ended, 'yaml'))).toMatchObject(problem);
  });
});
