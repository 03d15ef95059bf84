import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertLeft, budgetsOf, epsilonOf, type Charge, type Charged } from './noise-budget.js';

const field = fc.constantFrom('收入', '年龄');
const charge = fc.record({ field, release: fc.nat(8).map(String), cost: fc.integer({ min: 10, max: 60 }) });
/** Each release once, with one price. */
const history = fc.uniqueArray(fc.record({ field, release: fc.nat(8).map(String), cost: fc.integer({ min: 10, max: 60 }), published: fc.boolean() }), {
  selector: (one: Charged) => `${one.field} ${one.release}`,
  maxLength: 12,
}); // prettier-ignore

/** What orders come to, one after another: those that are not refused are charged. */
function ordered(charges: readonly Charge[], total: number): readonly Charged[] {
  return charges.reduce<Charged[]>((charged, one) => {
    try {
      assertLeft(budgetsOf([one], charged, total));
    } catch {
      return charged;
    }
    const known = charged.some((other) => other.field === one.field && other.release === one.release);
    return known ? charged : [...charged, { ...one, published: false }];
  }, []);
}

describe('the budget of a field', () => {
  it('is never overspent, whatever is ordered [DES-03]', () => {
    fc.assert(
      fc.property(fc.array(charge, { maxLength: 30 }), (charges) => {
        for (const name of ['收入', '年龄'])
          expect(ordered(charges, 1).filter((one) => one.field === name).reduce((sum, { cost }) => sum + cost, 0)).toBeLessThanOrEqual(100);
      }),
    ); // prettier-ignore
  });

  it('says what is spent, reserved and left to the hundredth, and asks nothing for what was released before', () => {
    fc.assert(
      fc.property(charge, history, (asked, charged) => {
        const [budget] = budgetsOf([asked], charged, 20);
        const of = (published: boolean) => charged.filter((one) => one.field === asked.field && one.published === published).reduce((sum, { cost }) => sum + cost, 0);
        expect([budget?.spent, budget?.reserved]).toEqual([epsilonOf(of(true)), epsilonOf(of(false))]);
        expect(budget?.left).toBe(epsilonOf(2000 - of(true) - of(false)));
        const known = charged.some((one) => one.field === asked.field && one.release === asked.release);
        expect(budget?.asked).toBe(known ? 0 : epsilonOf(asked.cost));
      }),
    ); // prettier-ignore
  });

  it('refuses what would exceed it, names every field and says what is left', () => {
    const charged = [{ field: '收入', release: 'a', cost: 70, published: true }];
    const over = [{ field: '收入', release: 'b', cost: 31 }, { field: '年龄', release: 'c', cost: 101 }, { field: '身高', release: 'd', cost: 100 }]; // prettier-ignore
    expect(() => { assertLeft(budgetsOf(over, charged, 1)); }).toThrow(
      expect.objectContaining({
        code: 'desensitisation.noise-budget-exceeded',
        details: expect.objectContaining({
          columns: ['收入', '年龄'],
          budgets: [expect.objectContaining({ column: '收入', left: 0.3, asked: 0.31 }), expect.objectContaining({ column: '年龄', left: 1, asked: 1.01 })],
        }),
      }),
    ); // prettier-ignore
    expect(() => { assertLeft(budgetsOf([{ field: '收入', release: 'b', cost: 30 }], charged, 1)); }).not.toThrow(); // prettier-ignore
  });
});
