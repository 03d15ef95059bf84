import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { delimiters } from '../domain/delivery-format.js';
import type { Encoding } from '../domain/delivery-format.js';
import { csv, field, sortFile, storedRows } from '../../../test/support/imported.js';

/** Everyday Chinese, a character of four bytes, quotes, every delimiter, line ends, backslashes, blanks, separators of other standards. */
const pieces = [
  '张',
  '三',
  '欧阳',
  '北京市朝阳区',
  '𠮷',
  'a',
  'B7',
  '0',
  ' ',
  '"',
  '""',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r\n',
  '\r',
  '\\',
  "'",
  '\u2028',
  '·',
  '　',
];
const cell = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''));
const bytesOf: Readonly<Record<Encoding, (text: string) => Buffer>> = {
  'utf-8': (text) => Buffer.from(text),
  gb18030: (text) => iconv.encode(text, 'gb18030'),
  'utf-16': (text) => iconv.encode(text, 'utf-16le', { addBOM: true }),
  'utf-16le': (text) => iconv.encode(text, 'utf-16le'),
  'utf-16be': (text) => iconv.encode(text, 'utf-16be'),
};
const names = ['姓名', '增长率(%)', '单价（元/吨）', '备注'];

interface Written {
  readonly table: readonly (readonly string[])[];
  readonly encoding: Encoding;
  readonly delimiter: (typeof delimiters)[number];
  readonly end: string;
  readonly lastEnd: boolean;
  readonly quoting: 'always' | 'needed';
  readonly escape: 'quote' | 'backslash';
  readonly trailed: boolean;
  readonly mark: boolean;
  readonly size: number;
}
const written = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.record<Written>({
    table: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
    encoding: fc.constantFrom<Encoding>('utf-8', 'gb18030', 'utf-16', 'utf-16le', 'utf-16be'),
    delimiter: fc.constantFrom(...delimiters),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    lastEnd: fc.boolean(),
    quoting: fc.constantFrom('always', 'needed'),
    escape: fc.constantFrom('quote', 'backslash'),
    trailed: fc.boolean(),
    mark: fc.boolean(),
    size: fc.integer({ min: 1, max: 40 }),
  }),
);

/** A writer that shares nothing with the reader. */
function write({ table, delimiter, end, lastEnd, quoting, escape, trailed }: Written): string {
  const cellText = (text: string): string => {
    const plain = quoting === 'needed' && !/["\r\n]/.test(text) && !text.includes(delimiter) && text.trim() !== '';
    if (plain) return text;
    return `"${escape === 'quote' ? text.replace(/"/g, '""') : text.replace(/["\\]/g, (found) => `\\${found}`)}"`;
  };
  const width = table[0]?.length ?? 0;
  const line = (cells: readonly string[]): string => cells.map(cellText).join(delimiter) + (trailed ? delimiter : '');
  return [names.slice(0, width), ...table].map(line).join(end) + (lastEnd ? end : '');
}

describe('any table in any dialect', () => {
  it('is read back cell for cell, however its bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(written, async (file) => {
        const { encoding, delimiter, escape, mark, size, table } = file;
        const bytes = bytesOf[encoding](mark && encoding !== 'utf-16' ? `\uFEFF${write(file)}` : write(file));
        const fields = names.slice(0, table[0]?.length).map((name) => field(name));
        const { stored, refused, sorted } = await sortFile(bytes, { ...csv, encoding, delimiter, escape }, fields, { size });
        expect([refused, sorted.badRows]).toEqual([undefined, []]);
        expect(storedRows(stored)).toEqual(table.map((cells) => cells.map((text) => (text === '' ? null : text))));
      }),
      { numRuns: 1000 },
    );
  });

  it('costs its broken row alone, which is named by its line', async () => {
    const broken = fc.constantFrom('1', '1,2,3,4', '1,"x', 'a\u0000b,2,3');
    const rows = fc.array(fc.constant('张三,"北京市, 朝阳",好'), { minLength: 3, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, rows, broken, fc.integer({ min: 1, max: 50 }), async (before, after, fault, size) => {
        const bytes = Buffer.from([...before, fault, ...after].join('\n'));
        const { sorted, stored, refused } = await sortFile(
          bytes,
          { ...csv, header: false },
          ['a', 'b', 'c'].map((name) => field(name)),
          { size },
        );
        expect([refused, sorted.badRows.map(({ line }) => line)]).toEqual([undefined, [before.length + 1]]);
        expect(stored.join('').split('\n')).toHaveLength(before.length + after.length + 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file in another encoding than declared', () => {
  const word = fc.array(fc.constantFrom(...Array.from('张王李赵陈杨吴刘黄周国明华建军文平志伟东海丽红市区县乡镇路号人口收入日期')), {
    minLength: 2,
    maxLength: 12,
  });
  const table = fc.array(
    word.map((characters) => characters.join('')),
    { minLength: 3, maxLength: 30 },
  );
  const kinds = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const;

  it('is refused by name, with the place to look at, and in its own encoding it is not', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(...kinds), fc.constantFrom(...kinds), async (values, real, declared) => {
        const bytes = bytesOf[real](['name,a', ...values.map((value) => `${value},1`)].join('\n'));
        const { refused } = await sortFile(bytes, { ...csv, encoding: declared }, [field('name'), field('a')]);
        if (real === declared) expect(refused).toBeUndefined();
        else
          expect(refused).toMatchObject({
            code: 'dataset-copy.wrong-encoding',
            details: { declared, readsAs: real, line: expect.any(Number) },
          });
      }),
      { numRuns: 400 },
    );
  });

  it('is found out also where only a later part of it is in another, with its line', async () => {
    const part = (encoding: 'utf-8' | 'gb18030', rows: number): Buffer => bytesOf[encoding]('张三,北京市朝阳区\n'.repeat(rows));
    for (const [first, second] of [
      ['utf-8', 'gb18030'],
      ['gb18030', 'utf-8'],
    ] as const) {
      const bytes = Buffer.concat([part(first, 30_000), part(second, 60_000)]);
      const { refused } = await sortFile(bytes, { ...csv, encoding: first, header: false }, [field('a'), field('b')], {
        maxBadShare: 0.99,
      });
      expect(refused).toMatchObject({ code: 'dataset-copy.wrong-encoding', details: { declared: first, readsAs: second } });
      expect(Number(refused?.details['line'])).toBeGreaterThan(30_000);
    }
  });

  it('is not suspected of one that it is not for some broken rows', async () => {
    const bytes = Buffer.concat([
      Buffer.from('张三,甲\n李四,乙\n'.repeat(50)),
      iconv.encode('王五,丙\n', 'gb18030'),
      Buffer.from('赵六,丁\n'),
    ]);
    const { sorted, refused } = await sortFile(bytes, { ...csv, header: false }, [field('a'), field('b')]);
    expect([refused, sorted.badRows]).toEqual([undefined, [{ line: 101, reason: 'undecodable', field: 'a' }]]);
  });

  it('is not suspected of another for rare characters and pictures', async () => {
    for (const text of ['😀,𠮷\n', 'é,ü\n', 'Иванов,С\n', '㐀,䶮\n', '𜽡,1\n']) {
      const { refused } = await sortFile(Buffer.from(text), { ...csv, header: false }, [field('a'), field('b')]);
      expect([text, refused]).toEqual([text, undefined]);
      if (/[a-z]/i.test(text)) continue;
      const same = await sortFile(iconv.encode(text, 'gb18030'), { ...csv, header: false, encoding: 'gb18030' }, [field('a'), field('b')]);
      expect([text, same.refused]).toEqual([text, undefined]);
    }
  });

  it('is not taken for one of two where nothing tells', async () => {
    const { refused } = await sortFile(Buffer.from([0x4e, 0x4e]), { ...csv, encoding: 'utf-16', header: false }, [field('a')]);
    expect(refused).toMatchObject({ code: 'dataset-copy.encoding-undecided' });
  });
});
