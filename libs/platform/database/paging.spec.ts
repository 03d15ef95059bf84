import type { Id } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyOf, pageFrom, pageWithin } from './paging.js';

const ids = fc.uniqueArray(fc.uuid()).map((all) => all.map((id) => ({ id })));
const cursorOf = (key: string): string => Buffer.from(key).toString('base64url');

describe('a page of what is held whole', () => {
  it('gives each once, newest first, whatever a page holds, also where the one that the cursor names is gone', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 5 }), (all, limit) => {
        const seen: Id[] = [];
        let left = all;
        for (let cursor: string | undefined; ;) {
          const page = pageWithin(left, { limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ id }) => id));
          if (page.next === null) break;
          cursor = page.next;
          left = left.filter(({ id }) => id !== seen.at(-1));
        }
        expect(seen).toEqual(
          all
            .map(({ id }) => id)
            .sort()
            .reverse(),
        );
      }),
    );
  });
});

describe('a cursor', () => {
  it('is taken back as it was handed out, and nothing else is one', () => {
    const at = fc.date({ min: new Date('1900-01-01'), max: new Date('2200-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(at, fc.uuid(), fc.integer({ min: 1, max: 10 ** 15 - 1 }), (moment, id, line) => {
        for (const [shape, key] of [
          ['moment', `${moment.toISOString()} ${id}`],
          ['id', id],
          ['line', String(line)],
        ] as const) {
          const { next } = pageFrom([key, key], 1, (one) => one);
          expect(keyOf({ cursor: next ?? '' }, shape)).toBe(key);
        }
      }),
    );
    const id = '01a22e36-2fb3-73d2-8603-66a1ad7c2842';
    for (const [shape, key] of [
      ['moment', `0000-01-01T00:00:00.000Z ${id}`],
      ['moment', `2026-13-01T00:00:00.000Z ${id}`],
      ['moment', `2026-02-30T00:00:00.000Z ${id}`],
      ['moment', `2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`],
      ['moment', id],
      ['id', id.toUpperCase()],
      ['id', `${id}\n`],
      ['line', '0'],
      ['line', '-1'],
      ['line', '01'],
      ['line', '9'.repeat(16)],
    ] as const)
      expect(() => keyOf({ cursor: cursorOf(key) }, shape)).toThrow('http.invalid-input');
    expect(() => keyOf({ cursor: `${cursorOf(id)}=` })).toThrow('http.invalid-input');
  });
});
