import { describe, expect, it } from '@jest/globals';
import { dialectCases, sortCase, storedRows } from '../../../test/support/imported.js';
import { datasetsRefusals } from '../domain/refusals.js';

/** A file of another encoding is refused in words instead of being guessed. */
const said: Readonly<Record<string, string>> = {
  'gb18030 declared utf-8': 'dataset-copy.wrong-encoding',
  'utf-8 declared gb18030': 'dataset-copy.wrong-encoding',
  'utf-8 declared gb18030, ascii header': 'dataset-copy.wrong-encoding',
  'header other case': 'dataset-copy.header-mismatch',
  'title line above the header': 'dataset-copy.header-elsewhere',
  'header only': 'dataset-copy.no-rows',
};

describe('a delimited file as people send it', () => {
  it.each(dialectCases.map((one) => [one.name, one] as const))('is read right, or refused clearly: %s', async (name, one) => {
    for (const size of [65_536, 3, 1]) {
      const { sorted, stored, refused } = await sortCase(one, size);
      const code = said[name];
      if (code !== undefined) {
        expect(refused).toMatchObject({ code, details: { ...(code.endsWith('no-rows') ? {} : { line: expect.any(Number) }) } });
        const { en, satisfyEn } = datasetsRefusals[code as keyof typeof datasetsRefusals];
        expect(`${en}${satisfyEn}`).toMatch(/encoding|delimiter|read as/);
      } else if (one.want === 'bad') {
        expect([sorted.counts.bad, sorted.badRows.map(({ line, field }) => [line, field])]).toEqual([1, [[2, 'b']]]);
        expect(refused).toMatchObject({ code: 'dataset-copy.too-many-bad-rows', details: { line: 2, field: 'b' } });
      } else {
        expect(refused).toBeUndefined();
        if (one.want === 'ok1') expect(storedRows(stored)).toHaveLength(1);
        else expect(storedRows(stored)).toEqual(one.want);
      }
    }
  });
});
