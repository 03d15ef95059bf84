import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isId, newId } from './ids.js';

describe('ids', () => {
  it('are UUIDs of version 7 that carry their moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (ms) => {
        const id = newId(ms);
        expect(isId(id)).toBe(true);
        expect(id[14]).toBe('7');
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(ms);
      }),
    );
  });

  it('sort by the moment they were made', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (at, later) =>
        expect(newId(at) < newId(at + later)).toBe(true),
      ),
    );
  });

  it('do not repeat within one millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newId(0))).size).toBe(10_000);
  });

  it('refuse anything that is not a lower-case UUID', () => {
    for (const text of ['', 'x', newId().toUpperCase(), `${newId()} `, newId().replaceAll('-', ''), '00000000-0000-0000-0000-000000000000'])
      expect(isId(text)).toBe(false);
  });
});
