import { canonicalJson, Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertText } from './text.js';

const refused = (value: unknown): boolean => {
  try {
    assertText(value, 'body');
    return false;
  } catch (fault) {
    if (fault instanceof Refusal) return true;
    throw fault;
  }
};
const unfit = fc.constantFrom('\0', '\ud800', '\udfff', '\uffff', '\ufdd0', '\u{1fffe}', '\u{10ffff}');
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.string(), unfit).map((parts) => parts.join('')),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.constantFrom(Infinity, -Infinity, null, true, 0),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('what a message may hold', () => {
  it('is what canonical JSON and PostgreSQL can keep, and all of that', () => {
    const seen = { kept: 0, refused: 0 };
    fc.assert(
      fc.property(values, (value) => {
        let keepable: boolean;
        try {
          // PostgreSQL keeps no NUL, in whatever way it is written.
          keepable = !canonicalJson(value).includes('\\u0000');
        } catch {
          keepable = false;
        }
        seen[keepable ? 'kept' : 'refused'] += 1;
        // A text of ours may hold the six characters that JSON writes a NUL with.
        if (!keepable && !refused(value)) expect(JSON.stringify(value)).toContain('\\\\u0000');
        if (keepable) expect(refused(value)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.kept, seen.refused)).toBeGreaterThan(100);
  });
});
