import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inOrder, orderedPlaces, valueAt, withValue } from '../../test/fixtures/document-times.js';
import { addMs } from './clock.js';
import { assertPossible, assertSignable, documentOrders } from './document-order.js';
import { documentTypes } from './document-types.js';

const refusalOf = (work: () => void): string => {
  try {
    work();
    return 'none';
  } catch (fault) {
    return (fault as { code?: string }).code ?? (fault as Error).message;
  }
};
/** Long after everything. */
const signing = Date.parse('2026-03-31T00:00:00.000Z');

describe.each(documentTypes)('the times of %s', (type) => {
  const { document, places } = inOrder(type);
  const { issued, sequences } = documentOrders[type];

  it('have an order that says something, and one that a true document keeps', () => {
    expect(sequences.length).toBeGreaterThan(0);
    expect(refusalOf(() => assertSignable(document, signing))).toBe('none');
  });

  it('are refused wherever one of them comes before the one before it', () => {
    for (const [earlier, later] of orderedPlaces(type)) {
      const wrong = withValue(document, later, addMs(valueAt(document, earlier), -1));
      const about = (value: unknown): unknown[] => [earlier, later, value];
      expect(about(refusalOf(() => assertPossible(wrong)))).toEqual(about('document.impossible-order'));
      expect(about(refusalOf(() => assertSignable(wrong, signing)))).toEqual(about('document.impossible-order'));
    }
  });

  it('are refused by whoever signs, once the document would be issued after its signature', () => {
    const at = Date.parse(valueAt(document, issued));
    expect(refusalOf(() => assertSignable(document, at))).toBe('none');
    expect(refusalOf(() => assertSignable(document, at - 1))).toBe('document.impossible-order');
  });

  it('are all there when it is signed, but those that need not be; a reader takes what an older version left out', () => {
    const optional = sequences.flatMap(({ each, order }) =>
      order.filter((step) => step.endsWith('?')).map((step) => `${(each ?? '').replaceAll('*', '0')}.${step.slice(0, -1)}`),
    );
    for (const place of places) {
      const without = withValue(document, place, null);
      expect([place, refusalOf(() => assertSignable(without, signing)) === 'none']).toEqual([place, optional.includes(place)]);
      expect([place, refusalOf(() => assertPossible(without))]).toEqual([place, 'none']);
    }
  });

  it('are in order wherever the whole document is moved in time, over month ends, leap days and years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), (by) => {
        const moved = places.reduce((one, place) => withValue(one, place, addMs(valueAt(document, place), by)), document);
        expect(refusalOf(() => assertSignable(moved, signing + by))).toBe('none');
      }),
      { numRuns: 50 },
    );
  });
});

describe('the times of a receipt', () => {
  it('are possible exactly when commit, cut, probe and receipt followed one another on every path', () => {
    const ms = fc.integer({ min: 0, max: 20 });
    const moment = (n: number): string => addMs('2028-02-29T15:59:59.990Z', n);
    fc.assert(
      fc.property(ms, ms, fc.array(fc.tuple(ms, ms), { maxLength: 4 }), (committed, assembled, cuts) => {
        const paths = [{ cuts: cuts.map(([at, probed]) => ({ cutAt: moment(at), probe: { at: moment(probed) } })) }];
        const times = { committedAt: moment(committed), assembledAt: moment(assembled), paths, used: [] };
        const possible = committed <= assembled && cuts.every(([at, probed]) => committed <= at && at <= probed && probed <= assembled);
        const found = refusalOf(() => assertPossible({ type: 'opdomain.revocation-receipt/v2', ...times }));
        expect(found).toBe(possible ? 'none' : 'document.impossible-order');
      }),
    );
  });
});
