import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyColumn } from './classify-column.js';

const whole = (digits: number) => fc.integer({ min: 10 ** (digits - 1), max: 10 ** digits - 1 });
const of = (values: readonly number[]) => classifyColumn({ name: 'k', type: 'integer', values: values.map(String) });

describe('numbers that no form and no name says anything of', () => {
  it('are asked about where they are of one length and hardly any comes twice: they may have been given out one to each', () => {
    const numbers = fc.constantFrom(7, 8, 12).chain((digits) => fc.uniqueArray(whole(digits), { minLength: 200, maxLength: 400 }));
    fc.assert(
      fc.property(numbers, (values) => {
        expect(of(values).type).not.toBe('none');
        expect(of(values).confidence).not.toBe('hinted');
      }),
    );
  });

  it('are amounts where they have several lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3000, max: 8_000_000 }), { minLength: 200, maxLength: 400 }), (values) => {
        fc.pre(new Set(values.map((one) => String(one).length)).size > 1);
        expect(of(values).type).toBe('none');
      }),
      { numRuns: 30 },
    );
  });
});
