import { normalFormMacros } from '#kernel';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { replacedTable } from './replacement.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(normalFormMacros());
});
async function replacedBy(seed: readonly number[], values: readonly string[], type = 'VARCHAR'): Promise<string[]> {
  const rows = values.map((value, at) => `(${String(at)}, CAST('${value.replaceAll("'", "''")}' AS ${type}))`).join(', ');
  const from = `(SELECT * FROM (VALUES ${rows}) AS t(n, v))`;
  const made = await connection.runAndReadAll(`SELECT v::VARCHAR FROM (${replacedTable(from, [{ column: 'v', type }], seed)}) ORDER BY n`);
  return made.getRows().map(([value]) => String(value));
}
const seeds = fc.array(fc.nat(2 ** 31 - 1), { minLength: 8, maxLength: 8 });
const digits = (many: number) => fc.array(fc.nat(9), { minLength: many, maxLength: many }).map((all) => all.join(''));
const ideographs = (min: number, max: number) =>
  fc
    .array(
      fc.integer({ min: 0x4e00, max: 0x9fff }).map((one) => String.fromCodePoint(one)),
      { minLength: min, maxLength: max },
    )
    .map((all) => all.join(''));
const kinds: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'resident IDs': fc.tuple(digits(13), digits(3), fc.constantFrom(...Array.from('0123456789X'))).map((parts) => `3${parts.join('')}`),
  'mobile numbers': digits(8).map((rest) => `139${rest}`),
  'numbers after letters': fc.tuple(fc.constantFrom('R', 'F', 'ZJ'), digits(7)).map((parts) => parts.join('')),
  'card numbers': digits(10).map((rest) => `622202${rest}`),
  'names': ideographs(2, 4),
  'mixed codes': fc.array(fc.constantFrom(...Array.from('0123456789ABCDEFXYZ')), { minLength: 6, maxLength: 20 }).map((all) => all.join('')),
  'addresses': ideographs(2, 8).map((street) => `浙江省杭州市西湖区${street}12号`),
}; // prettier-ignore

describe('identifiers replaced by a random mapping', () => {
  it.each(Object.entries(kinds))('are as many as before, of the same length, and hardly any stays: %s', async (_, kind) => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.uniqueArray(kind, { minLength: 40, maxLength: 60 }), async (seed, values) => {
        const others = await replacedBy(seed, values);
        expect(new Set(others).size).toBe(values.length);
        expect(others.map((one) => Array.from(one).length)).toEqual(values.map((one) => Array.from(one).length));
        expect(others.filter((one, at) => one === values[at]).length).toBeLessThan(4);
      }),
      { numRuns: 10 },
    );
  });

  it('keep what honest code reads off them', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, kinds['resident IDs'] ?? fc.constant(''), digits(8), async (seed, id, rest) => {
        const [other = '', mobile = '', address = '', plate = '', credit = ''] = await replacedBy(seed, [id, `158${rest}`, `浙江省杭州市西湖区文三路${rest}号`, `浙A${rest.slice(3)}`, `91330106MA${rest}`]);
        expect([other.slice(0, 14), Number(other[16]) % 2]).toEqual([id.slice(0, 14), Number(id[16]) % 2]);
        expect(other).toMatch(/^[0-9]{17}[0-9X]$/);
        expect(mobile).toMatch(/^158[0-9]{8}$/);
        expect([address.slice(0, 9), plate.slice(0, 2), credit.slice(0, 8)]).toEqual(['浙江省杭州市西湖区', '浙A', '91330106']);
      }),
      { numRuns: 20 },
    );
  }); // prettier-ignore

  it('are one in every notation, and in each kept as it is written', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, digits(8), async (seed, rest) => {
        const plain = `138${rest}`;
        const [one = '', parted, called, wide] = await replacedBy(seed, [plain, `138-${rest.slice(0, 4)}-${rest.slice(4)}`, `+86 ${plain}`, plain.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))]);
        expect([parted, called, wide]).toEqual([`${one.slice(0, 3)}-${one.slice(3, 7)}-${one.slice(7)}`, `+86 ${one}`, one]);
        expect((await replacedBy(seed, [plain], 'BIGINT'))[0]).toBe(one);
      }),
      { numRuns: 10 },
    );
  }); // prettier-ignore

  it('leave people of one surname with one', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, ideographs(1, 1), fc.array(ideographs(1, 6), { minLength: 5, maxLength: 10 }), async (seed, surname, given) => {
        const others = await replacedBy(seed, given.map((one) => surname + one.replace(/[省市州盟县区旗]/g, '一')));
        expect(new Set(others.map((one) => one[0])).size).toBe(1);
      }),
      { numRuns: 10 },
    );
  }); // prettier-ignore
});
