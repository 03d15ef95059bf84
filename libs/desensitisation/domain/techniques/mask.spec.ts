import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findIdentifiers, typeOfValue } from '../detectors/detectors.js';
import { generalise } from './generalise.js';
import { mask, maskEnds } from './mask.js';
import { clamp, roundNumber, truncateText } from './numeric.js';

describe('masks', () => {
  it.each([
    ['resident-id', '11010519491231002X', '110105********002X'],
    ['resident-id', '130503670401001', '130503*****1001'],
    ['mobile', '13812345678', '138****5678'],
    ['mobile', '+86 13812345678', '138****5678'],
    ['landline', '0571-87654321', '0571-*****21'],
    ['bank-card', '6222021234567890123', '622202******0123'],
    ['passport', 'E12345678', 'E*****78'],
    ['permit', 'H12345678', 'H******78'],
    ['plate', '浙K·A1234', '浙K****4'],
    ['plate', '京AD12345', '京A****5'],
    ['name', '张三', '张*'],
    ['name', '欧阳娜娜', '欧阳**'],
    ['name', '爱新觉罗溥仪', '爱新觉罗**'],
    ['name', '迪丽热巴·迪力木拉提', '迪**·**'],
    ['name', 'John Smith', 'J***'],
    ['email', 'zhang.san@example.gov.cn', 'z***@example.gov.cn'],
    ['ip', '10.20.30.40', '10.20.*.*'],
    ['mac', '00:1A:2b:3C:4d:5E', '00:1A:2b:**:**:**'],
    ['uscc', '91110000802100433B', '91110000********3B'],
  ])('of %s keep what their kind allows', (shape, value, expected) => {
    expect(mask(shape, value)).toBe(expected);
  });

  it('hide a value whole that does not have the form of its kind: nothing is passed through [DES-03]', () => {
    for (const shape of ['resident-id', 'mobile', 'bank-card', 'plate', 'email', 'ip', 'mac', 'uscc', 'name'])
      expect(mask(shape, '＃不合规格的内容 13812345678')).toBe('***');
    fc.assert(
      fc.property(fc.string(), (value) => {
        const masked = mask('mobile', value);
        expect(masked === '***' || /^1[3-9]\d\*{4}\d{4}$/.test(masked)).toBe(true);
      }),
    );
  });

  it('by ends hide four characters or more, or everything', () => {
    expect(maskEnds(2, 2, 'AB1234CD')).toBe('AB****CD');
    expect(maskEnds(2, 2, 'AB123CD')).toBe('***');
  });

  it('leave nothing that a detector knows [DES-04]', () => {
    for (const [shape, value] of [
      ['mobile', '13812345678'],
      ['resident-id', '11010519491231002X'],
      ['email', 'a.b@c.cn'],
      ['bank-card', '4111111111111111'],
      ['plate', '浙KA1234'],
    ] as const) {
      expect(typeOfValue(mask(shape, value))).toBe('none');
      expect(findIdentifiers(mask(shape, value))).toEqual([]);
    }
  });
});

describe('generalisation', () => {
  it.each([
    ['1987年3月5日', 'month', '1987-03'],
    ['19870305', 'quarter', '1987-Q1'],
    ['1987/3/5', 'year', '1987'],
    ['1987-03-05 12:00:00', 'decade', '1980s'],
    ['1987-02-30', 'year', null],
    ['昨天', 'year', null],
  ] as const)('of the date %s to a %s gives %s', (value, unit, expected) => {
    expect(generalise({ by: 'date', unit }, value)).toBe(expected);
  });

  it('of a birth date counts whole years to the day', () => {
    const band = (born: string) => generalise({ by: 'age-band', asOf: '2026-02-28', width: 10, top: 85 }, born);
    expect([band('1996-02-28'), band('1996-03-01'), band('1936-01-01'), band('1944-01-01'), band('2030-01-01')]).toEqual([
      '30-39',
      '20-29',
      '85+',
      '80-84',
      null,
    ]);
  });

  it.each([
    ['浙江省丽水市青田县鹤城街道江南大道12号', '浙江省', '浙江省丽水市', '浙江省丽水市青田县'],
    ['北京市朝阳区建国路88号', '北京市', '北京市', '北京市朝阳区'],
    ['内蒙古自治区呼和浩特市新城区海拉尔大街1号', '内蒙古自治区', '内蒙古自治区呼和浩特市', '内蒙古自治区呼和浩特市新城区'],
    ['宁波市镇海区招宝山街道', '***', '宁波市', '宁波市镇海区'],
    ['台州市路桥区路北街道', '***', '台州市', '台州市路桥区'],
    ['鹤城街道水南社区3号', '***', '***', '***'],
    ['户主：钱艳，宁波市镇海区招宝山街道', '***', '***', '***'],
    ['钱艳宁波市镇海区', '***', '***', '***'],
    ['宁波市：钱艳，镇海区', '***', '***', '***'],
  ])('of the address %s keeps its levels of administration alone', (address, province, city, district) => {
    expect((['province', 'city', 'district'] as const).map((level) => generalise({ by: 'address', level }, address))).toEqual([
      province,
      city,
      district,
    ]);
  });

  it('of a number names its bin, of a word its place in a hierarchy', () => {
    const bin = (value: string) => generalise({ by: 'bins', edges: [0, 18, 65] }, value);
    expect([bin('-1'), bin('0'), bin('17.9'), bin('65'), bin('NaN')]).toEqual(['<0', '[0,18)', '[0,18)', '>=65', null]);
    const word = (value: string) => generalise({ by: 'hierarchy', map: { Bachelors: 'Higher' }, otherwise: '*' }, value);
    expect([word('Bachelors'), word(' Bachelors '), word('toString')]).toEqual(['Higher', 'Higher', '*']);
  });
});

describe('rounding', () => {
  it('is that of decimal digits: no binary fraction stands between a decimal and what it becomes', () => {
    expect([roundNumber('73.07', 2, 'truncate'), roundNumber('1.005', 2, 'nearest')]).toEqual(['73.0700000000', '1.0100000000']);
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.integer({ min: 0, max: 6 }), (digits, decimals) => {
        const unit = 10n ** BigInt(10 - decimals);
        const of = (value: bigint): string =>
          `${value < 0n ? '-' : ''}${String(value < 0n ? -value : value)
            .padStart(11, '0')
            .replace(/(.{10})$/, '.$1')}`;
        expect(roundNumber(of(digits), decimals, 'truncate')).toBe(of((digits / unit) * unit));
        expect(clamp(of(digits), undefined, undefined, false)).toBe(of(digits));
      }),
    );
  });

  it('cuts coordinates and rounds half away from zero, without a negative zero', () => {
    expect([roundNumber('120.28613', 2, 'truncate'), roundNumber('-2.5', 0, 'nearest'), roundNumber('2.5', 0, 'nearest')]).toEqual([
      '120.2800000000',
      '-3.0000000000',
      '3.0000000000',
    ]);
    expect(roundNumber('-0.3', 0, 'truncate')).toBe('0.0000000000');
    expect(truncateText('120.28613,28.13900', 2)).toBe('120.28,28.13');
    expect(truncateText('我家', 2)).toBe('***');
  });
});
