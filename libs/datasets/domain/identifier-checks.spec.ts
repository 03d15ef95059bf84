import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stdnum } from 'stdnum';
import { isBankCard, isCreditCode, isDay, isMobile, isResidentId } from './identifier-checks.js';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${String(length)}}$`));

describe('checks of identifiers', () => {
  it('agree with stdnum about resident IDs of real days', () => {
    const id = fc
      .tuple(
        fc.constantFrom('330106', '110101', '331121'),
        fc.date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true }),
        digits(3),
      )
      .chain(([region, birth, order]) =>
        fc
          .constantFrom(...Array.from('0123456789X'))
          .map((check) => region + birth.toISOString().slice(0, 10).replaceAll('-', '') + order + check),
      );
    fc.assert(fc.property(id, (value) => isResidentId(value) === (stdnum.CN?.ric?.validate(value).isValid ?? false)));
  });

  it('agree with stdnum about social credit codes', () => {
    const code = fc
      .tuple(digits(9), fc.stringMatching(/^[0-9A-HJ-NPQRTUWXY]{9}$/))
      .map(([start, end]) => start + end)
      .filter((value) => stdnum.CN?.uscc !== undefined && value.length === 18);
    fc.assert(fc.property(code, (value) => !(stdnum.CN?.uscc?.validate(value).isValid ?? false) || isCreditCode(value)));
    expect(isCreditCode('91110000600037341L')).toBe(true);
    expect(isCreditCode('91110000600037341M')).toBe(false);
  });

  it('notice every single wrong digit of a bank card', () => {
    const valid = '6228480402564890018';
    expect(isBankCard(valid)).toBe(true);
    for (let at = 0; at < valid.length; at++) {
      const wrong = valid.slice(0, at) + String((Number(valid[at]) + 1) % 10) + valid.slice(at + 1);
      expect(isBankCard(wrong)).toBe(false);
    }
  });

  it('know which days there were', () => {
    for (const day of ['2024-02-29', '2000-02-29', '1900-01-01', '0999-12-31']) expect(isDay(day)).toBe(true);
    for (const day of ['2023-02-29', '1900-02-29', '2023-13-01', '2023-00-10', '2023-04-31', '23-01-01', '2023-1-1', ''])
      expect(isDay(day)).toBe(false);
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(15), fc.nat(40), (year, month, day) => {
        const text = [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
        const read = new Date(`${text}T00:00:00Z`);
        expect([text, isDay(text)]).toEqual([text, !Number.isNaN(read.getTime()) && read.toISOString().slice(0, 10) === text]);
      }),
    );
    expect([isMobile('13812345678'), isMobile('12812345678'), isMobile('138123456789')]).toEqual([true, false, false]);
  });
});
