import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeXlsx } from 'hucre/xlsx';
import { field, sortFile, storedRows } from '../../../test/support/imported.js';
import type { ExcelFormat, JsonLinesFormat } from '../domain/delivery-format.js';

const xlsx: ExcelFormat = { kind: 'xlsx', sheet: null, header: true };
const jsonl: JsonLinesFormat = { kind: 'jsonl', encoding: 'utf-8' };
type Cell = string | number | boolean | Date | null;
const workbook = (rows: readonly (readonly Cell[])[], more: object = {}) =>
  writeXlsx({
    sheets: [
      { name: '说明', rows: [['x']] },
      { name: '人口', rows: rows.map((row) => [...row]) },
    ],
    ...more,
  });
const people = { ...xlsx, sheet: '人口' };

describe('a workbook', () => {
  it('gives what a person sees in it: fifteen digits, dates without a zone, nothing of empty rows', async () => {
    const day = (...at: [number, number, number, number?, number?]): Date => new Date(Date.UTC(...at));
    const rows = [
      ['name', 'born', 'seen', 'share', 'ok'],
      ['007', day(1990, 0, 5), day(2024, 1, 29, 8, 5), 0.1 + 0.2, true],
      [],
      [' 张"三"\n', null, null, 1e-7, false],
      ['', '', '', '', ''],
      ['尾', null, null, 123456789012345, null],
    ];
    const fields = [field('name'), field('born', 'date'), field('seen', 'datetime'), field('share', 'decimal'), field('ok')];
    const { stored, refused, sorted } = await sortFile(await workbook(rows), people, fields);
    expect([refused, sorted.badRows]).toEqual([undefined, []]);
    expect(storedRows(stored)).toEqual([
      ['007', '1990-01-05', '2024-02-29 08:05:00', '0.3', 'true'],
      [' 张"三"\n', null, null, '0.0000001', 'false'],
      ['尾', null, null, '123456789012345', null],
    ]);
  });

  it('puts aside numbers that lost digits, formulas that failed and rows that are too wide, by the line of the sheet', async () => {
    const rows = [['id', 'a'], [3.3010619900307123e17, 'x'], ['1', '#N/A'], ['2', 'y', 'z'], ['3', 'w'], ['4']];
    const { stored, sorted } = await sortFile(await workbook(rows), people, [field('id'), field('a')], { maxBadShare: 0.9 });
    expect(sorted.badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'digits-lost'],
      [3, 'formula-error'],
      [4, 'field-count'],
    ]);
    expect(storedRows(stored)).toEqual([
      ['3', 'w'],
      ['4', null],
    ]);
  });

  it('is read back cell for cell, however its bytes are cut', async () => {
    const cell = fc.oneof(
      fc.constantFrom('张三', 'a"b', ' x ', 'é', '𠮷', '<&>', "it's", '1e5', '007'),
      fc.stringMatching(/^[a-z张三 ]{1,8}$/),
    );
    const table = fc.array(fc.tuple(cell, fc.integer(), cell), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 50, max: 5000 }), async (rows, size) => {
        const bytes = await workbook([['a', 'b', 'c'], ...rows]);
        const { stored, refused } = await sortFile(bytes, people, [field('a'), field('b', 'integer'), field('c')], { size });
        expect(refused).toBeUndefined();
        expect(storedRows(stored)).toEqual(rows.map((row) => row.map(String)));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused where one byte of a sheet was changed: rows are never missing without a word', async () => {
    const bytes = await workbook([['a'], ...Array.from({ length: 3000 }, (_, at) => [`x${String((at * 7919) % 3001)}`])]);
    expect((await sortFile(bytes, people, [field('a')])).stored.join('').split('\n')).toHaveLength(3001);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ by;
        const { stored, refused } = await sortFile(changed, people, [field('a')]);
        // Names, times and flags in the archive's directory carry no row.
        if (refused === undefined) expect(stored.join('').split('\n')).toHaveLength(3001);
      }),
      { numRuns: 100 },
    );
  });

  it('is refused where it is none, is cut off or encrypted, or has no such sheet, without a word of the file', async () => {
    const whole = await workbook([['a'], ['x']]);
    const locked = await workbook([['a'], ['x']], { encryption: { password: 'p', spinCount: 10 } });
    const files: [Uint8Array, ExcelFormat][] = [
      [Buffer.from('a,b\n张三,2\n'), xlsx],
      [whole.subarray(0, whole.length / 2), xlsx],
      [locked, xlsx],
    ];
    expect((await sortFile(whole, { ...xlsx, sheet: '没有' }, [field('a')])).refused).toMatchObject({ code: 'dataset-copy.no-rows' });
    for (const [bytes, format] of files) {
      const { refused } = await sortFile(bytes, format, [field('a')]);
      expect(refused).toMatchObject({ code: 'dataset-copy.not-the-format', details: { readAs: 'xlsx' } });
      expect(JSON.stringify(refused?.details)).not.toMatch(/张三|没有/);
    }
  });
});

describe('JSON lines', () => {
  it('keep every digit and character, in any encoding, however their bytes are cut', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\p{Cs}\uFFFD]/u.test(text)),
      fc.constant(null),
      fc.boolean(),
    );
    const table = fc.array(fc.tuple(value, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), { minLength: 1, maxLength: 10 });
    const kinds = fc.constantFrom<'utf-8' | 'utf-16le'>('utf-8', 'utf-16le');
    await fc.assert(
      fc.asyncProperty(table, kinds, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 50 }), async (rows, encoding, end, size) => {
        const text = rows.map(([a, b]) => `{"b": ${b.toString()}, "a": ${JSON.stringify(a)}}`).join(end);
        const bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf8' : 'utf16le');
        const { stored, refused } = await sortFile(bytes, { ...jsonl, encoding }, [field('a'), field('b', 'integer')], { size });
        expect(refused).toBeUndefined();
        expect(storedRows(stored)).toEqual(rows.map(([a, b]) => [a === null || a === '' ? null : String(a), b.toString()]));
      }),
      { numRuns: 300 },
    );
  });

  it('put aside what is no object of the fields, by its line', async () => {
    const lines = ['{"a":"x"}', '', 'no', '[1]'.slice(1), '{"a":[1]}', '{"b":1}', '"x"', '{"a":"y"}'];
    const { stored, sorted } = await sortFile(Buffer.from(lines.join('\n')), jsonl, [field('a')], { maxBadShare: 0.9 });
    expect(sorted.badRows.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'not-an-object'],
      [4, 'not-an-object'],
      [5, 'nested-value'],
      [6, 'unknown-key'],
      [7, 'not-an-object'],
    ]);
    expect(storedRows(stored)).toEqual([['x'], ['y']]);
  });

  it('are refused as an array, and in another encoding than declared', async () => {
    const { refused } = await sortFile(Buffer.from('[{"a":"x"}]'), jsonl, [field('a')]);
    expect(refused).toMatchObject({ code: 'dataset-copy.not-the-format', details: { cause: 'array', line: 1 } });
    const wrong = await sortFile(Buffer.from('{"a":"张三"}\n{"a":"李四"}\n'), { ...jsonl, encoding: 'gb18030' }, [field('a')]);
    expect(wrong.refused).toMatchObject({ code: 'dataset-copy.wrong-encoding', details: { readsAs: 'utf-8' } });
  });
});
