import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from './clock.js';
import { assertPossible, assertSignable, documentOrders } from './document-order.js';
import { documentTypes } from './document-types.js';
import type { TypedDocument } from './signed-document.js';

const start = Date.parse('2026-02-28T15:59:59.000Z');
const moment = (n: number): string => addMs(new Date(start).toISOString(), n);

/** A document of which every moment that its order names is there, each a second after the one before it in its sequence. */
function inOrder(type: (typeof documentTypes)[number]): { document: TypedDocument; moments: readonly string[] } {
  const { sequences, issued } = documentOrders[type];
  const document: Record<string, unknown> = { type };
  const moments: string[] = [];
  const put = (path: string, value: string): void => {
    if (moments.includes(path)) return;
    moments.push(path);
    const names = path.split('.');
    names.reduce<Record<string, unknown>>((at, name, index) => {
      if (index === names.length - 1) at[name] = value;
      else at[name] ??= /^\d+$/.test(names[index + 1] ?? '') ? [] : {};
      return at[name] as Record<string, unknown>;
    }, document);
  };
  // What several sequences share gets one place: first moments, then those of items, then what comes after all of them.
  const rank = (step: string): number =>
    ({ committedAt: 0, openedAt: 0, 'before.at': 1, keysDestroyedAt: 3, 'after.at': 5, networkLogsKeptUntil: 9, retryAt: 9 })[step] ??
    (step === issued ? 7 : 2 + moments.length / 100);
  for (const { each, order } of sequences)
    for (const step of order) {
      const path = step.replace(/[\^?]/g, '');
      const whole = step.startsWith('^') || each === undefined ? path : `${each.replaceAll('*', '0')}.${path}`;
      put(whole, moment(rank(path) * 1000));
    }
  put(issued, moment(7000));
  return { document: document as TypedDocument, moments };
}
const withMoment = (document: TypedDocument, path: string, value: unknown): TypedDocument => {
  const copy = structuredClone(document) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, copy);
  holder[last] = value;
  return copy as TypedDocument;
};
const refusalOf = (work: () => void): string => {
  try {
    work();
    return 'none';
  } catch (fault) {
    return (fault as { code?: string }).code ?? (fault as Error).message;
  }
};
/** Long after everything. */
const signing = start + 3_600_000;

describe.each(documentTypes)('the times of %s', (type) => {
  const { document, moments } = inOrder(type);
  const { issued, sequences } = documentOrders[type];

  it('have an order that says something, and one that a true document keeps', () => {
    expect(sequences.length).toBeGreaterThan(0);
    expect(refusalOf(() => assertSignable(document, signing))).toBe('none');
  });

  it('are refused wherever one of them comes before the one before it', () => {
    for (const { each, order } of sequences)
      for (const [index, step] of order.slice(1).entries()) {
        const whole = (one: string): string =>
          one.startsWith('^') || each === undefined
            ? one.replace(/[\^?]/g, '')
            : `${each.replaceAll('*', '0')}.${one.replace(/[\^?]/g, '')}`;
        const earlier = inOrder(type).document;
        const at = whole(order[index] ?? '')
          .split('.')
          .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], earlier);
        const wrong = withMoment(document, whole(step), addMs(at as string, -1));
        expect([step, refusalOf(() => assertPossible(wrong))]).toEqual([step, 'document.impossible-order']);
      }
  });

  it('are refused by whoever signs, once the document would be issued after its signature', () => {
    const at = Date.parse(moment(7000));
    const early = withMoment(document, issued, moment(7000));
    expect(refusalOf(() => assertSignable(early, at))).toBe('none');
    expect(refusalOf(() => assertSignable(early, at - 1))).toBe('document.impossible-order');
  });

  it('are all there when it is signed, but those that need not be', () => {
    const optional = sequences.flatMap(({ each, order }) =>
      order.filter((step) => step.endsWith('?')).map((step) => `${(each ?? '').replaceAll('*', '0')}.${step.replace(/[\^?]/g, '')}`),
    );
    for (const path of moments) {
      const without = withMoment(document, path, null);
      expect([path, refusalOf(() => assertSignable(without, signing)) === 'none']).toEqual([path, optional.includes(path)]);
      expect([path, refusalOf(() => assertPossible(without))]).toEqual([path, 'none']);
    }
  });

  it('are in order wherever the whole document is moved in time, over month ends, leap days and years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 11), max: 10 ** 11 }), (by) => {
        const moved = moments.reduce((one, path) => {
          const at = path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document);
          return withMoment(one, path, addMs(at as string, by));
        }, document);
        expect(refusalOf(() => assertSignable(moved, signing + by))).toBe('none');
      }),
      { numRuns: 50 },
    );
  });
});

describe('the times of a receipt', () => {
  const type = 'opdomain.revocation-receipt/v2';
  const cut = (cutAt: number, probeAt: number) => ({ cutAt: moment(cutAt), probe: { at: moment(probeAt) } });

  it('are possible exactly when commit, cut, probe and receipt followed one another on every path', () => {
    const ms = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(ms, ms, fc.array(fc.tuple(ms, ms), { maxLength: 4 }), (committed, assembled, cuts) => {
        const paths = [{ cuts: cuts.map(([at, probed]) => cut(at, probed)) }];
        const document = { type, committedAt: moment(committed), assembledAt: moment(assembled), paths, used: [] };
        const possible = committed <= assembled && cuts.every(([at, probed]) => committed <= at && at <= probed && probed <= assembled);
        expect(refusalOf(() => assertSignable(document, signing))).toBe(possible ? 'none' : 'document.impossible-order');
      }),
    );
  });
});
