import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { holdingNames, type HeldItem } from '#kernel';
import { assertKeysLast, destructionOrder, type HoldingOutcome, mayBegin, stages } from './destruction.js';
import { methodOf } from './disposal.js';
import { assertComplete, reconcile, things } from './inventory.js';
import { key, noon, object, row } from './termination.fixture.js';

const holding = fc.record({ name: fc.constantFrom(...holdingNames), order: fc.constantFrom(...stages) });

describe('destruction', () => {
  it('takes workloads first and keys last [DEST-02]', () => {
    fc.assert(
      fc.property(fc.array(holding, { maxLength: 8 }), (holdings) => {
        const ranks = destructionOrder(holdings).map(({ order }) => stages.indexOf(order));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        expect(destructionOrder([...holdings].reverse()).map(({ order }) => order)).toEqual(
          destructionOrder(holdings).map(({ order }) => order),
        );
      }),
    );
  });

  it('does not touch a key while anything else is left or failed [DEST-02]', () => {
    const holdings = [
      { name: 'canaries' as const, order: 'data' as const },
      { name: 'keys' as const, order: 'keys' as const },
    ];
    const gone: HoldingOutcome = { holding: 'canaries', order: 'data', left: [], failure: null };
    expect(() => assertKeysLast(holdings, [])).toThrow('termination.keys-too-early');
    expect(() => assertKeysLast(holdings, [{ ...gone, left: [object] }])).toThrow('termination.keys-too-early');
    expect(() => assertKeysLast(holdings, [{ ...gone, failure: 'timeout' }])).toThrow('termination.keys-too-early');
    expect(() => assertKeysLast(holdings, [gone])).not.toThrow();
    expect(mayBegin('keys', [{ ...gone, left: [object] }])).toBe(false);
    expect(mayBegin('data', [{ ...gone, left: [object] }])).toBe(true);
  });

  it('is worded shredded only for what was encrypted under a destroyed key, otherwise deleted', () => {
    const destroyed = new Set(['scenario/1']);
    expect(methodOf(object, destroyed)).toMatchObject({ wording: 'shredded', nist: expect.stringContaining('Cryptographic Erase') });
    expect(methodOf(object, new Set()).wording).toBe('deleted');
    expect(methodOf(row, destroyed).wording).toBe('deleted');
    expect(methodOf(key, destroyed).wording).toBe('key-destroyed');
  });
});

describe('the inventory', () => {
  const recorded: HeldItem = { ...object, view: 'database' };
  it('names what one view has and another lacks [DEST-01]', () => {
    const taken = reconcile(
      [
        { source: 'datasets', items: [recorded, row], failure: null },
        { source: 'objects', items: [key], failure: null },
      ],
      noon,
    );
    expect(taken.differences).toEqual([{ kind: 'object', ref: 'scenarios/1/data', seenIn: ['database'], missingFrom: ['stores'] }]);
    const unknown = reconcile([{ source: 'objects', items: [object], failure: null }], noon);
    expect(unknown.differences).toEqual([{ kind: 'object', ref: 'scenarios/1/data', seenIn: ['stores'], missingFrom: ['database'] }]);
    expect(reconcile([{ source: 'both', items: [recorded, object], failure: null }], noon).differences).toEqual([]);
  });

  it('counts a thing once, whatever number of views saw it', () => {
    expect(things([{ view: 'database', kind: 'object', ref: object.ref }, object])).toEqual([object]);
  });

  it('is incomplete when a source could not answer [DEST-01]', () => {
    const taken = reconcile([{ source: 'cluster', items: [], failure: 'connection refused' }], noon);
    expect(() => assertComplete(taken)).toThrow('termination.inventory-incomplete');
  });

  it('loses nothing that any view saw', () => {
    const item = fc.record({
      view: fc.constantFrom('database' as const, 'cluster' as const, 'stores' as const),
      kind: fc.constantFrom('object', 'row', 'key'),
      ref: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(fc.array(fc.array(item)), (views) => {
        const taken = reconcile(
          views.map((items, index) => ({ source: String(index), items, failure: null })),
          noon,
        );
        const seen = new Set(views.flat().map(({ ref }) => ref));
        expect(new Set(things(taken.items).map(({ ref }) => ref))).toEqual(seen);
        expect(things(taken.items)).toHaveLength(seen.size);
      }),
    );
  });
});
