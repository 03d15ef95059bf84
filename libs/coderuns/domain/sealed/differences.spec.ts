import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differencesOf } from './differences.js';
import { recurrenceLength, times } from './field.js';
import { sealedMapPrime as fieldPrime } from './header.js';
import { readSealedMap, type SealedTable } from './sealed-map.js';

const terms = 24;
const dataset = '0190a1b2-0000-7000-8000-000000000001';
const sha = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** As the run makes them (`coderuns`): elements and weights of the field that nobody can tell from the subjects. */
const element = (subject: number): number => 1 + ((Math.imul(subject + 1, 0x9e3779b1) >>> 0) % (fieldPrime - 1));
const weight = (subject: number, row: number): number => 1 + ((Math.imul(subject * 7919 + row + 17, 0x85ebca6b) >>> 0) % (fieldPrime - 1));
const powers = (of: ReadonlyMap<number, number>): readonly number[] => {
  const sums = Array.from({ length: terms }, () => 0);
  for (const [subject, first] of of) {
    let power = first;
    for (let at = 0; at < terms; at += 1) {
      sums[at] = ((sums[at] ?? 0) + power) % fieldPrime;
      power = times(power, element(subject));
    }
  }
  return sums;
};

interface Cell {
  readonly key?: readonly number[];
  /** A row each, by whose it is. */
  readonly rows: readonly (readonly [subject: number, row: number])[];
  readonly shown?: boolean;
  readonly counted?: boolean;
}
interface Node {
  readonly keys?: number;
  readonly level?: number;
  readonly of?: readonly string[] | null;
  readonly once?: boolean;
  readonly cells: readonly Cell[];
}
const lineOf = ({ key = [], rows, shown = true, counted = false }: Cell, node: number, level: number): string => {
  const weights = new Map<number, number>();
  for (const [subject, row] of rows) weights.set(subject, ((weights.get(subject) ?? 0) + weight(subject, row)) % fieldPrime);
  const classes = Array.from({ length: 16 }, (_, at) => [...weights.keys()].filter((one) => element(one) % 16 === at).length);
  const people = new Map([...weights.keys()].map((one) => [one, 1]));
  const sums = [classes, powers(weights), powers(people)].map((one) => one.join(' '));
  return [node, 0, level, 0, key.join(':'), shown ? 1 : 0, counted ? 1 : 0, weights.size, ...sums].join(',');
};
async function table(nodes: readonly Node[], more: { key?: string; basis?: string; datasetId?: string } = {}): Promise<SealedTable> {
  const { key = sha('a'), basis = sha('b'), datasetId = dataset } = more;
  const header = {
    ...{ type: 'opdomain.sealed-map.v1', key, prime: fieldPrime, terms, threshold: 10 },
    nodes: nodes.map(({ keys = 0, of = [], once = true }) => ({
      keys,
      cells: [of],
      strands: [{ datasetId, subject: 'pid', basis, once }],
    })),
  };
  const lines = nodes.flatMap(({ cells, level = 0 }, at) => cells.map((cell) => lineOf(cell, at, level)));
  const read = await readSealedMap([JSON.stringify(header), 'names', ...lines]);
  if (read === undefined) throw new Error('unreadable');
  return read;
}
const everyone = (from: number, until: number): (readonly [number, number])[] =>
  Array.from({ length: until - from }, (_, at) => [from + at, 0] as const);
const cellOf = (rows: Cell['rows'], more: Partial<Cell> = {}): Cell => ({ rows, ...more });
const one = (rows: Cell['rows'], more: Partial<Node> = {}): Promise<SealedTable> => table([{ cells: [cellOf(rows)], ...more }]);

describe('sums over a field', () => {
  it('multiply exactly', () => {
    const number = fc.integer({ min: 0, max: fieldPrime - 1 });
    fc.assert(fc.property(number, number, (a, b) => BigInt(times(a, b)) === (BigInt(a) * BigInt(b)) % BigInt(fieldPrime)));
  });

  it('tell how many differ wherever they are few, and never take many for few', () => {
    const subjects = fc.uniqueArray(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(subjects, subjects, (some, others) => {
        const apart =
          some.filter((subject) => !others.includes(subject)).length + others.filter((subject) => !some.includes(subject)).length;
        const [a, b] = [some, others].map((of) => powers(new Map(of.map((subject) => [subject, 1]))));
        const less = (a ?? []).map((sum, at) => (sum - (b?.[at] ?? 0) + fieldPrime) % fieldPrime);
        expect(recurrenceLength(less, 9)).toBe(apart > 9 ? undefined : apart);
      }),
      { numRuns: 300 },
    );
  });
});

describe('two tables', () => {
  it.each([
    ['equal', everyone(0, 50), { small: 0 }],
    ['one more', everyone(0, 51), { small: 1 }],
    ['nine others', everyone(9, 50), { small: 1 }],
    ['four gone and five come', everyone(4, 55), { small: 1 }],
    ['ten gone', everyone(10, 50), { small: 0 }],
    ['a second row of one', [...everyone(0, 50), [3, 1] as const], { small: 1 }],
    ['other rows of all', everyone(0, 50).map(([subject]) => [subject, 5] as const), { small: 0 }],
  ])('are compared by whose rows they have: %s', async (_, rows, found) => {
    expect(differencesOf(await one(rows), await one(everyone(0, 50)), 10)).toEqual({ recomputed: 0, complete: true, ...found });
  });

  it('are compared by who is counted where one of them counts people and not rows', async () => {
    const twice = [...everyone(0, 50), ...everyone(0, 51).map(([subject]) => [subject, 1] as const)];
    const counted = await table([{ once: false, cells: [cellOf(twice, { counted: true })] }]);
    expect(differencesOf(counted, await one(everyone(0, 50)), 10).small).toBe(1);
  });

  it('are compared by what their cells add up to over each choice of keys, also where subjects have rows in several', async () => {
    const cells = [0, 1].flatMap((a) => [0, 1].map((b) => cellOf(everyone(100 * (2 * a + b), 100 * (2 * a + b) + 40), { key: [a, b] })));
    for (const once of [true, false]) {
      const fine = await table([{ keys: 2, once, cells }]);
      const first = [...everyone(0, 40), ...everyone(100, 140)];
      expect(differencesOf(await one(first.slice(1)), fine, 10).small).toBe(1);
      expect(differencesOf(await one([...first, ...everyone(201, 240), ...everyone(300, 340)]), fine, 10).small).toBe(1);
      expect(differencesOf(await one(first), fine, 10).small).toBe(0);
    }
  });

  it('cannot be compared where subjects or rows are told in another way, or more differ than the map can tell: that is said', async () => {
    const plain = await one(everyone(0, 50));
    const others = [
      await table([{ cells: [cellOf(everyone(0, 50))] }], { key: sha('c') }),
      await table([{ cells: [] }], { basis: sha('d') }),
    ];
    for (const other of others) expect(differencesOf(plain, other, 10).complete).toBe(false);
    expect(differencesOf(plain, plain, 10).complete).toBe(true);
    expect(differencesOf(plain, plain, 13).complete).toBe(false);
    const elsewhere = await table([{ cells: [cellOf(everyone(0, 51))] }], { datasetId: '0190a1b2-0000-7000-8000-000000000002' });
    expect(differencesOf(plain, elsewhere, 10)).toEqual({ small: 0, recomputed: 0, complete: true });
  });

  it('of sums of one field and counts, or of another field, tell nothing together; what is computed may be anything', async () => {
    const [few, most] = [everyone(0, 49), everyone(0, 50)];
    type Of = readonly string[] | null;
    const small = async (of: Of, other: Of) => differencesOf(await one(few, { of }), await one(most, { of: other }), 10).small;
    expect(await small(['d.income'], [])).toBe(0);
    expect(await small(['d.income'], ['d.age'])).toBe(0);
    expect(await small(['d.income'], ['d.age', 'd.income'])).toBe(1);
    expect(await small(null, [])).toBe(1);
    expect(await small([], [])).toBe(1);
  });
});

describe('one table', () => {
  it('tells of few where its total is nearly what its parts add up to', async () => {
    const parts = (until: number): Node => ({
      keys: 1,
      cells: [0, 1].map((key) => cellOf(everyone(100 * key, 100 * key + until), { key: [key] })),
    });
    const total = { cells: [cellOf([...everyone(0, 50), ...everyone(100, 150)])] };
    const own = async (nodes: readonly Node[]) => {
      const made = await table(nodes);
      return differencesOf(made, made, 10);
    };
    expect(await own([parts(50), total])).toEqual({ small: 0, recomputed: 0, complete: true });
    expect((await own([parts(49), total])).small).toBeGreaterThan(0);
  });

  it('tells of a cell that is not shown where the others and the total are', async () => {
    const cells = (shown: boolean) =>
      [0, 1, 2].map((key) => cellOf(everyone(100 * key, 100 * key + 50), { key: [key], shown: shown || key > 0 }));
    const total = { cells: [cellOf([0, 1, 2].flatMap((key) => everyone(100 * key, 100 * key + 50)))] };
    const own = async (nodes: readonly Node[]) => {
      const made = await table(nodes);
      return differencesOf(made, made, 10).recomputed;
    };
    expect(await own([{ keys: 1, cells: cells(false) }, total])).toBe(1);
    expect(await own([{ keys: 1, cells: cells(true) }, total])).toBe(0);
    expect(await own([{ keys: 1, cells: cells(false) }])).toBe(0);
    // The total in one table and the parts in another.
    const [parts, whole] = [await table([{ keys: 1, cells: cells(false) }]), await table([total])];
    expect([differencesOf(parts, whole, 10).recomputed, differencesOf(whole, parts, 10).recomputed]).toEqual([1, 1]);
  });
});

describe('a map', () => {
  it.each(['', 'no', '{}', '{"type":"opdomain.sealed-map.v1"}'])('that is not one cannot be compared: %s', async (text) => {
    expect(await readSealedMap([text, 'names'])).toBeUndefined();
  });
});
