import { passesLuhn, residentIdCheck, usccCheck } from '#datasets/contract';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stdnum } from 'stdnum';
import { isBankCard, isResidentId, isUscc } from './checksums.js';
import { typeByName } from './column-hints.js';
import { detectors, findIdentifiers, typeOfValue } from './detectors.js';

const digits = (length: number) => fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: length, maxLength: length });
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2024-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10).replaceAll('-', ''));
const residentId = fc
  .tuple(fc.constantFrom('110101', '331121', '371602', '220102', '650104'), day, digits(3))
  .map(([region, born, order]) => {
    const first = region + born + order;
    return first + residentIdCheck(first);
  });
const usccBody = fc.string({ unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHJKLMNPQRTUWXY')), minLength: 9, maxLength: 9 });
const uscc = fc
  .tuple(fc.constantFrom('91', '92', '11', '12', '52'), fc.constantFrom('331121', '110108'), usccBody)
  .map(([kind, region, body]) => {
    const first = kind + region + body;
    return first + usccCheck(first);
  });

describe('check characters', () => {
  it('agree with stdnum on resident IDs, valid and spoilt', () => {
    fc.assert(
      fc.property(residentId, fc.integer({ min: 0, max: 16 }), fc.constantFrom(...Array.from('0123456789')), (id, at, digit) => {
        expect(isResidentId(id)).toBe(true);
        expect(stdnum.CN?.ric?.validate(id).isValid).toBe(true);
        const spoilt = id.slice(0, at) + digit + id.slice(at + 1);
        if (isResidentId(spoilt)) expect(stdnum.CN?.ric?.validate(spoilt).isValid).toBe(true);
        if (spoilt !== id && spoilt.slice(0, 14) === id.slice(0, 14)) expect(isResidentId(spoilt)).toBe(false);
      }),
    );
  });

  it('agree with stdnum on unified social credit codes, valid and spoilt', () => {
    fc.assert(
      fc.property(
        uscc,
        fc.integer({ min: 8, max: 16 }),
        fc.constantFrom(...Array.from('0123456789ABCDEFGHJKLMNPQRTUWXY')),
        (code, at, character) => {
          const spoilt = code.slice(0, at) + character + code.slice(at + 1);
          expect(isUscc(code)).toBe(true);
          // stdnum leaves the check character of a sum divisible by 31 out; the standard's is 0.
          for (const value of [code, spoilt])
            if (!value.endsWith('0')) expect(isUscc(value)).toBe(stdnum.CN?.uscc?.validate(value).isValid);
        },
      ),
    );
    expect(isUscc('91110000802100433B')).toBe(true);
  });

  it('know the region, the birth date and the fifteen digits of old, and the permits of 2018 and 2023', () => {
    expect(isResidentId('11010519491231002X')).toBe(true);
    expect(isResidentId('11010519491231002x')).toBe(true);
    for (const bad of ['110105194912310021', '99010519491231002X', '11010519491331002X', '1101051949123100', ''])
      expect(isResidentId(bad)).toBe(false);
    expect(isResidentId('130503670401001')).toBe(true);
    expect(isResidentId('130503671301001')).toBe(false);
    const permit = (first: string): string => first + residentIdCheck(first);
    expect(isResidentId(permit('83000019900101001'))).toBe(true);
    expect(isResidentId(permit('91115619900101001'))).toBe(true);
  });

  it('tell bank cards by issuer range and Luhn', () => {
    expect(passesLuhn('79927398713')).toBe(true);
    expect(isBankCard('6222020000000000006')).toBe(passesLuhn('6222020000000000006'));
    expect(isBankCard('4111111111111111')).toBe(true);
    for (const bad of ['4111111111111112', '0000000000000000', '411111111111111']) expect(isBankCard(bad)).toBe(false);
  });
});

describe('detectors', () => {
  const examples: readonly (readonly [string, string])[] = [
    ['resident-id', '11010519491231002X'],
    ['uscc', '91110000802100433B'],
    ['mobile', '13812345678'],
    ['mobile', '+86 13812345678'],
    ['bank-card', '4111 1111 1111 1111'],
    ['email', 'zhang.san@example.gov.cn'],
    ['mac', '00:1A:2b:3C:4d:5E'],
    ['ipv4', '10.20.30.254'],
    ['ipv6', '2001:db8::8a2e:370:7334'],
    ['plate', '浙KA1234'],
    ['plate', '京AD12345'],
    ['plate', '粤Z1234港'],
    ['coordinates', '120.28613,28.13900'],
    ['address', '浙江省丽水市青田县鹤城街道江南大道12号'],
    ['address', '幸福小区3栋2单元501室'],
    ['passport', 'E12345678'],
    ['hk-macao-permit', 'H12345678'],
    ['landline', '0578-6821234'],
    ['birth-date', '1987年3月5日'],
    ['birth-date', '19870305'],
    ['name', '欧阳修'],
    ['name', '王小明'],
    ['name', '迪丽热巴·迪力木拉提'],
    ['none', '本科'],
    ['none', '浙江省丽水市青田县'],
    ['none', '138****5678'],
    ['none', '张*'],
    ['none', 'z***@example.com'],
    ['none', '192.168.*.*'],
    ['none', '256.1.1.1'],
    ['none', '1.5'],
    ['none', '12:30:00'],
  ];
  it.each(examples)('see %s in %s', (type, value) => {
    expect(typeOfValue(value)).toBe(type);
  });

  it('have a candidate pattern that misses none of what they match', () => {
    for (const [type, value] of examples.filter(([t]) => t !== 'none')) {
      const detector = detectors.find((d) => d.type === type);
      expect(new RegExp((detector?.candidate ?? '').replace('\\p{Han}', '\\p{Script=Han}'), 'u').test(value)).toBe(true);
    }
  });

  it('find identifiers inside text, each once, and say where and never what', () => {
    const text = '联系人王小明，电话13812345678，身份证11010519491231002X；邮箱 a@b.cn。订单号 2024061100012345678901234。车辆浙K·A1234。';
    const found = findIdentifiers(text);
    expect(found.map((f) => f.type)).toEqual(['mobile', 'resident-id', 'email', 'plate']);
    expect(text.slice(found[1]?.start, found[1]?.end)).toBe('11010519491231002X');
    expect(JSON.stringify(found)).not.toContain('13812345678');
  });

  it('find a planted resident ID in any text around it [DES-04]', () => {
    const around = fc.string({ unit: fc.constantFrom(...Array.from('，。 中文abc-：;\n')), maxLength: 20 });
    fc.assert(
      fc.property(around, residentId, around, (before, id, after) => {
        fc.pre(!/[0-9A-Za-z]$/.test(before) && !/^[0-9A-Za-z]/.test(after));
        expect(findIdentifiers(before + id + after).map((f) => f.type)).toContain('resident-id');
      }),
    );
  });

  it('do not take hexadecimal pseudonyms for identifiers', () => {
    const hex = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(hex, (value) => {
        expect(findIdentifiers(value).concat(typeOfValue(value) === 'none' ? [] : findIdentifiers('x'))).toEqual([]);
      }),
    );
  });
});

describe('column names', () => {
  it.each([
    ['resident-id', '身份证号'],
    ['resident-id', 'sfzhm'],
    ['resident-id', 'id_card'],
    ['mobile', '联系电话'],
    ['mobile', 'mobile'],
    ['name', '姓名'],
    ['name', 'name'],
    ['uscc', '统一社会信用代码'],
    ['birth-date', 'birth_date'],
    ['address', '家庭住址'],
    ['coordinates', 'lng'],
    ['account-number', '社保号'],
    ['medical-record-number', '病历号'],
    ['name', 'xm'],
    ['name', 'lxr'],
    ['name', '法人'],
    ['name', 'applicant'],
    ['resident-id', 'zjhm'],
    ['resident-id', 'userIdCard'],
    ['mobile', 'sjhm'],
    ['mobile', 'lxdh1'],
    ['landline', 'gddh'],
    ['bank-card', 'yhkh'],
    ['plate', 'hphm'],
    ['birth-date', 'csny'],
    ['coordinates', 'jd'],
    ['address', 'jtzz'],
    ['uscc', 'tyshxydm'],
    ['account-number', 'ybkh'],
    ['free-text', 'bz'],
    [undefined, 'flat'],
    [undefined, 'rq'],
    [undefined, 'province'],
    [undefined, '公司名称'],
    [undefined, 'school_name'],
    [undefined, 'age'],
    [undefined, 'occupation'],
    [undefined, 'native-country'],
    [undefined, 'salary-class'],
  ] as const)('point at %s in %s', (type, name) => {
    expect(typeByName(name)).toBe(type);
  });
});
