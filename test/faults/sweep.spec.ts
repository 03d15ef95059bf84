import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { faults } from './faults.js';
import { caseOf, nameOf, Plan, type Group } from './plan.js';
import { casesOf, sampleOf, shuffled, tellingsOf } from './sweep.js';

const shapes = fc.uniqueArray(fc.stringMatching(/^[A-Z]{1,6}$/), { minLength: 1, maxLength: 12 });
const groupsOf = (names: readonly string[]): readonly Group[] => {
  const plan = new Plan([]);
  for (const name of names) for (let n = 0; n <= name.length; n += 1) plan.struck('api', 'api', 'database', name);
  return plan.groups();
};

describe('the sweep', () => {
  it('tries each fault at each group of calls once, in an order that its seed alone decides', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.integer({ min: 1, max: 9 }), (names, seed, per) => {
        const cases = shuffled(casesOf(groupsOf(names)), seed);
        expect(cases).toHaveLength(names.length * faults.length);
        expect(shuffled(casesOf(groupsOf(names)), seed)).toEqual(cases);
        const tellings = tellingsOf(cases, per);
        expect(tellings.flat().map(nameOf).sort()).toEqual(cases.map(nameOf).sort());
        for (const telling of tellings) {
          expect(telling.length).toBeLessThanOrEqual(per);
          expect(new Set(telling.map(({ group }) => group)).size).toBe(telling.length);
        }
      }),
    );
  });

  it('leaves out, of a statement that is undone with its connection, what nobody can tell apart', () => {
    const plan = new Plan([]);
    const ask = (shape: string, undone?: 'read' | 'write') => plan.struck('api', 'api', 'database', shape, undone);
    for (const [shape, undone] of [
      ['READ', 'read'],
      ['WRITE', 'write'],
      ['ALONE', undefined],
      ['EITHER', 'read'],
      ['EITHER', undefined],
    ] as const)
      ask(shape, undone);
    const told = Map.groupBy(casesOf(plan.groups()), ({ group }) => plan.groups().find((one) => one.group === group)?.call.shape ?? '');
    expect(Object.fromEntries([...told].map(([shape, cases]) => [shape, cases.map(({ fault }) => fault)]))).toEqual({
      READ: ['before', 'hang'],
      WRITE: ['before', 'hang', 'death'],
      ALONE: [...faults],
      EITHER: [...faults],
    });
  });

  it('names a case so that it can be told again', () => {
    for (const one of casesOf(groupsOf(['A', 'BC']))) expect(caseOf(nameOf(one))).toEqual(one);
    expect(() => caseOf('worker/keys')).toThrow('names no case');
  });

  it('draws the same sample for the same seed, of about as many groups as it is told', () => {
    const groups = Array.from({ length: 5_000 }, (_, at) => `api/keys/${String(at)}`);
    const drawn = groups.filter((group) => sampleOf(3, 100)(group) !== undefined);
    expect(drawn.length).toBeGreaterThan(350);
    expect(drawn.length).toBeLessThan(650);
    for (const group of drawn) expect(sampleOf(3, 100)(group)).toEqual(sampleOf(3, 100)(group));
    expect(new Set(drawn.map((group) => sampleOf(3, 100)(group)?.fault)).size).toBe(faults.length);
  });
});

describe('a plan', () => {
  it('strikes each case once, at its call or, while a fault is fresh, at a later one of its group', () => {
    jest.useFakeTimers();
    try {
      const cases = casesOf(groupsOf(['A', 'B'])).filter(({ fault }) => fault === 'after');
      const plan = new Plan(cases);
      expect(plan.struck('api', 'api', 'database', 'A')).toBeUndefined();
      plan.begin();
      const struck: unknown[] = [];
      for (let n = 0; n < 20; n += 1) for (const shape of ['A', 'B']) struck.push(plan.struck('api', 'api', 'database', shape));
      expect(struck.filter(Boolean)).toEqual(['after']);
      jest.advanceTimersByTime(10_000);
      for (let n = 0; n < 20; n += 1) for (const shape of ['A', 'B']) struck.push(plan.struck('api', 'api', 'database', shape));
      expect(struck.filter(Boolean)).toEqual(['after', 'after']);
      expect(plan.unmet()).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });
});
