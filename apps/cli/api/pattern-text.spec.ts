import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textMatching } from './pattern-text.js';

const counted = (what: fc.Arbitrary<string>, ...counts: readonly string[]) =>
  fc.tuple(what, fc.constantFrom('', '', ...counts)).map(([one, count]) => one + count);
const atom = counted(
  fc.constantFrom('a', '7', ':', '-', '\\d', '\\w', '\\.', '\\(', '[a-z]', '[0-9a-f]', '[\\dXx]', '[A-HJ-N]', '.'),
  ...['{3}', '{1,12}', '{2,}', '?', '*', '+'],
);
const several = (parts: fc.Arbitrary<string>) => fc.array(parts, { minLength: 1, maxLength: 3 }).map((each) => each.join(''));
// Counts of groups have an end: what is counted without end inside of what is, a regular expression does not match in any time.
const group = (inside: fc.Arbitrary<string>) =>
  counted(
    fc.oneof(
      inside.map((one) => `(${one})`),
      fc.tuple(inside, inside).map(([one, other]) => `(?:${one}|${other})`),
    ),
    '{2}',
    '?',
  );
const pattern = several(fc.oneof(atom, group(several(fc.oneof(atom, group(several(atom)))))));

describe('a text for a pattern', () => {
  it('is one that the pattern matches', () => {
    fc.assert(
      fc.property(pattern, (inside) => {
        expect(textMatching(`^${inside}$`)).toMatch(new RegExp(`^${inside}$`));
      }),
    );
  });
});
