import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import type { DeliveredRow } from '../domain/csv-records.js';
import type { CsvFormat } from '../domain/delivery-format.js';
import { delimitedRows } from './delivered-text.js';
import { Pieces } from './pieces.js';

const format: CsvFormat = { kind: 'csv', encoding: 'utf-8', delimiter: ',', header: false };
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function rowsOf(bytes: Uint8Array, more: Partial<CsvFormat> = {}, size = 1000): Promise<DeliveredRow[]> {
  const rows: DeliveredRow[] = [];
  for await (const some of delimitedRows(pieces(bytes, size), { ...format, ...more })) rows.push(...some);
  return rows;
}

describe('rows of a delivered file', () => {
  it('are decoded the same however GB 18030 is cut into chunks', async () => {
    const cell = fc.stringMatching(/^[张三李四䶮𠮷·欧阳αβa-z0-9]{0,8}$/u);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        async (table, size) => {
          const text = table.map((cells) => cells.map((value) => `"${value}"`).join(',')).join('\n');
          const rows = await rowsOf(iconv.encode(text, 'gb18030'), { encoding: 'gb18030' }, size);
          expect(rows.map(({ cells }) => cells)).toEqual(table);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('know the line on which they begin, through quoted line breaks, empty lines and both line ends', async () => {
    const text = 'a,b\r\n"1\n2",x\r\n\r\nc,"3\r\n4\r\n5"\nd,e\n';
    expect((await rowsOf(Buffer.from(text))).map(({ line, lines }) => [line, lines])).toEqual([
      [1, 1],
      [2, 2],
      [5, 3],
      [8, 1],
    ]);
  });

  it('mark bytes that are no character and go on with the next row', async () => {
    const bad = Buffer.concat([Buffer.from('1,'), Buffer.from([0xff, 0xff]), iconv.encode('张三,x\n2,李四,y\n', 'gb18030')]);
    const rows = await rowsOf(bad, { encoding: 'gb18030' });
    expect(rows.map(({ cells }) => cells[1]?.includes('\uFFFD'))).toEqual([true, false]);
    expect(rows[1]?.cells).toEqual(['2', '李四', 'y']);
  });

  it('let a stray quote cost its own row alone', async () => {
    const rows = await rowsOf(Buffer.from('1,5" 管,x\n2,"好"吗,y\n3,z,w\n'));
    expect(rows.map(({ cells }) => cells.length)).toEqual([3, 3, 3]);
  });

  it('refuse a quote that is never closed, naming its line', async () => {
    const broken = rowsOf(Buffer.from(`1,a\n2,"b\n${'3,c\n'.repeat(10)}`));
    await expect(broken).rejects.toMatchObject({ code: 'dataset-copy.csv-broken', details: { line: 2 } });
    const endless = rowsOf(Buffer.from(`1,a\n2,"${'b'.repeat(5_000_000)}`), {}, 100_000);
    await expect(endless).rejects.toMatchObject({ code: 'dataset-copy.csv-broken', details: { line: 2 } });
  });

  it('drop a byte order mark and take other delimiters', async () => {
    expect((await rowsOf(Buffer.from('\uFEFF甲;乙\n'), { delimiter: ';' }))[0]?.cells).toEqual(['甲', '乙']);
  });

  it('pass on the fault of their source', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('1,a\n');
      await Promise.resolve();
      throw new Error('the source broke');
    }
    await expect(
      (async () => {
        for await (const rows of delimitedRows(broken(), format)) expect(rows.length).toBeLessThan(2);
      })(),
    ).rejects.toThrow('the source broke');
  });
});

describe('pieces of a stream', () => {
  it('put together are what came, each within its size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        async (bytes, chunk, size) => {
          const cut = new Pieces(pieces(bytes, chunk));
          const parts: Buffer[] = [];
          while (await cut.hasMore()) {
            const part: Uint8Array[] = [];
            for await (const taken of cut.next({ bytes: size, ms: 60_000 })) part.push(taken);
            parts.push(Buffer.concat(part));
          }
          expect(Buffer.concat(parts).equals(Buffer.from(bytes))).toBe(true);
          expect(parts.every((part) => part.length > 0 && part.length <= size)).toBe(true);
        },
      ),
    );
  });

  it('end where their source breaks off, and keep what came before', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('kept');
      await Promise.resolve();
      throw new Error('aborted');
    }
    const cut = new Pieces(broken());
    const got: Uint8Array[] = [];
    while (await cut.hasMore()) for await (const taken of cut.next({ bytes: 100, ms: 60_000 })) got.push(taken);
    expect(Buffer.concat(got).toString()).toBe('kept');
  });

  it('end in time where their source is silent, wherever that is, and lose nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 }), async (chunks) => {
        let goOn = Promise.withResolvers<undefined>();
        async function* halting(): AsyncGenerator<Uint8Array> {
          for (const chunk of chunks) {
            yield chunk;
            await goOn.promise;
            goOn = Promise.withResolvers<undefined>();
          }
        }
        const cut = new Pieces(halting());
        const parts: Buffer[] = [];
        while (await cut.hasMore()) {
          const part: Uint8Array[] = [];
          for await (const taken of cut.next({ bytes: 1_000, ms: 1 })) part.push(taken);
          parts.push(Buffer.concat(part));
          goOn.resolve(undefined);
        }
        expect(parts.map((part) => [...part])).toEqual(chunks.map((chunk) => [...chunk]));
      }),
      { numRuns: 20 },
    );
  });
});
