import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identifierForm, identifierRules } from './identifier-form.js';
import { normalText, normalValue } from './normal-form.js';

describe('the normal form of a text', () => {
  it.each([
    ['full width', 'ＺＨＡＮＧ　ＳＡＮ', 'zhang san'],
    ['digits of Arabic, Devanagari and mathematics', '٣٣०१𝟘𝟞', '330106'],
    ['what is invisible', '1\u200b3\ufeff8\u00ad1\u2060\u0000\ufe0f', '1381'],
    ['dashes and dots', '0571–8765−4321 艾依•买买提', '0571-8765-4321 艾依·买买提'],
    ['white space of any kind', ' a\u00a0\u2003b\r\nc\u2028d ', 'a b c d'],
    ['ligatures and letters in circles', 'ﬁ①㈱', 'fi1(株)'],
    ['letters with marks, joined or not', 'M\u00fcller', normalText('Mu\u0308ller')],
    ['a Kelvin sign', '\u212a', 'k'],
  ])('reads %s as one', (_, value, form) => {
    expect(normalText(value)).toBe(form);
  });

  it('has nothing left to read: the form of a form is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (value) => {
        expect(normalText(normalText(value))).toBe(normalText(value));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads numbers and days in every spelling as one', () => {
    expect(['12.5', '012.50', '＋１２.5', ' 12.500 '].map(normalValue)).toEqual(['12.5', '12.5', '12.5', '12.5']);
    expect(['1,234.50', '1234.5', '１，２３４．５'].map(normalValue)).toEqual(['1234.5', '1234.5', '1234.5']);
    expect(['2020-01-05', '2020/1/5', '2020年1月5日', '2020-01-05 00:00:00'].map(normalValue)).toEqual(Array(4).fill('2020-1-5'));
  });
});

describe('the form of an identifier', () => {
  it.each([
    ['mobile', '13812345678', [' +86 13812345678', '138-1234-5678', '１３８１２３４５６７８', '(86)13812345678', '008613812345678', '013812345678', '13812345678.000000', '电话：13812345678', '١٣٨١٢٣٤٥٦٧٨']],
    ['resident-id', '33010619500110100X', ['33010619500110100x', '330106 19500110 100X', '３３０１０６-19500110-100Ｘ', "'33010619500110100X", 'U33010619500110100X', '身份证:33010619500110100X', '330106\u200b19500110100X', '330106500110100']],
    ['landline', '057181609628', ['(0571)81609628', '0571-8160 9628', '+86-571-81609628']],
    ['bank-card', '6222021234567890123', ['6222 0212 3456 7890 123', '卡号:6222021234567890123']],
    ['plate', '浙A20729', ['浙A·20729', '浙a-20729', '浙Ａ 20729']],
    ['mac', 'D43206F78AAE', ['d4:32:06:f7:8a:ae', 'd432.06f7.8aae']],
    ['name', '艾依依逊', ['艾依·依逊', '艾依•依逊', '艾依 依逊', '\ufeff艾依依逊']],
  ])('of a %s is %s in every notation', (type, form, notations) => {
    for (const notation of [form, ...notations]) expect(identifierForm(type, notation)).toBe(form);
  }); // prettier-ignore

  it('keeps different numbers apart and is nothing where there is nothing', () => {
    const number = fc.integer({ min: 0, max: 999_999_999 }).map((n) => `13${String(n).padStart(9, '0')}`);
    fc.assert(fc.property(number, number, (a, b) => (identifierForm('mobile', a) === identifierForm('mobile', `+86 ${b}`)) === (a === b)));
    for (const type of [...Object.keys(identifierRules), 'none']) expect(identifierForm(type, ' \u200b ')).toBeNull();
  });
});
