import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTable } from './table-reader.js';
import { residentId, scanned } from './specimens.js';
import type { TableFacts } from './file-facts.js';

const table = async (...args: Parameters<typeof scanned>): Promise<TableFacts> => {
  const { reading } = (await scanned(...args)).facts;
  if (reading.as !== 'table') throw new Error(`read as ${reading.as}`);
  return reading.table;
};

describe('reading a table', () => {
  it('reads back what any table writer quoted, cell by cell', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '中', "'"), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
        const filled = rows.filter((row) => row.join('') !== '');
        const text = filled.map((row) => `${row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')}\r\n`).join('');
        const read: (readonly string[])[] = [];
        const source = async function* () {
          for (let at = 0; at < text.length; at += 5) yield await Promise.resolve(text.slice(at, at + 5));
        };
        await readTable(source(), { delimiter: ',', maximumColumns: 9, isIdentifier: () => true }, [
          { columns: () => undefined, row: (cells) => void read.push(cells) },
        ]);
        expect(read).toEqual(filled);
      }),
    );
  });

  it('names the line of a row of another width and never its content', async () => {
    const { reading } = (await scanned('a,b\n1,2\n3,secret-value,5\n')).facts;
    expect(reading).toEqual({ as: 'broken', reason: 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH', line: 3 });
    expect(JSON.stringify(reading)).not.toContain('secret');
  });

  it('ends at content that hides behind a clean beginning', async () => {
    const long = 'a,b\n' + '1,2\n'.repeat(30_000);
    expect((await scanned(Buffer.concat([Buffer.from(long), Buffer.from([0x50, 0x4b, 3, 4, 0, 0])]))).facts.reading).toEqual({
      as: 'broken',
      reason: 'not-text',
    });
  });

  it('takes a first row of data for data, so that it is never shown as column names', async () => {
    expect(await table(`${residentId},张三,3300\n${residentId},李四,100\n`)).toMatchObject({
      header: false,
      shape: { columns: ['column 1', 'column 2', 'column 3'], rows: 2 },
    });
    expect(await table('区,人数\n西湖区,120\n')).toMatchObject({ header: true, shape: { columns: ['区', '人数'], rows: 1 } });
  });
});

describe('identifiers', () => {
  it.each([
    ['as it stands', residentId],
    ['in full width', '１１０１０５１９４９１２３１００２Ｘ'],
    ['in groups', '110105 19491231 002X'],
    ['inside mixed content', `身份证号${residentId}，已核对`],
    ['glued to letters', `ID${residentId.slice(0, 17)}x`],
  ])('finds a resident number %s', async (_, value) => {
    const { identifiers } = await table(`note,n\n"${value}",12\n,30\n`);
    expect(identifiers).toEqual([{ column: 'note', type: 'resident-id', certainty: 'checked', cells: 1, firstLine: 2 }]);
  });

  it('does not take a number with a wrong check character for one', async () => {
    expect((await table('note,n\n110105194912310021,12\n')).identifiers).toEqual([]);
  });

  it('counts what merely looks like a name only where half a column does', async () => {
    expect((await table('who,n\n王丽,12\n李强,30\n')).identifiers).toMatchObject([{ type: 'name', cells: 2 }]);
    expect((await table('what,n\n王丽,12\n其他,30\n合计,42\n')).identifiers).toEqual([]);
  });

  it('looks into the name of the file and into a text', async () => {
    const { facts } = await scanned(`done for 13800138000\nand others\n`, { name: `${residentId}.txt` });
    expect(facts.nameHits).toMatchObject([{ type: 'resident-id' }]);
    expect(facts.reading).toMatchObject({ as: 'text', text: { lines: 2, identifiers: [{ type: 'mobile', firstLine: 1 }] } });
  });
});

describe('small cells', () => {
  it('finds counts from one to below the threshold, and lets zero and suppressed cells be', async () => {
    const { frequency } = await table('area,人数\na,10\nb,9\nc,1\nd,0\ne,*\nf,<10\n');
    expect(frequency).toMatchObject({ counts: ['人数'], small: [{ line: 3 }, { line: 4 }], totals: { small: 2 }, suppressed: 2 });
  });

  it('knows counts by name, by declaration, and not where a column holds anything else', async () => {
    expect((await table('area,case_count,x\na,10,3\nb,12,4\n', { declaration: { counts: ['x'] } })).frequency.counts).toEqual([
      'case_count',
      'x',
    ]);
    expect((await table('area,count\na,1.5\n')).frequency.counts).toEqual([]);
    expect((await table('area,n\na,1\n', { declaration: { counts: ['area', 'gone'] } })).frequency.misdeclared).toEqual(['gone', 'area']);
  });

  it('finds sums that two contributors dominate, or whose rest blurs the largest by less than p percent', async () => {
    const declaration = { magnitudes: [{ total: 'sum', largest: 'l', second: 's' }] };
    const rows = 'a,100,50,41\nb,100,50,40\nc,100,60,36\nd,100,30,20\ne,1000,895,0\n';
    const { frequency } = await table(`area,sum,l,s\n${rows}`, { declaration });
    expect(frequency.dominated.map((place) => place.line)).toEqual([2, 4]);
    expect((await table('area,total\na,100\nb,7\n')).frequency.undeclaredMagnitudes).toEqual(['total']);
  });

  it('finds fits with few degrees of freedom', async () => {
    expect((await table('term,df,p\nage,9,0.1\nsex,120,0.2\n')).frequency.fewDegrees).toEqual([{ column: 'df', line: 2 }]);
  });
});

describe('the safe preview', () => {
  it('shows shape and aggregates, and of rows those alone that enough people stand behind', async () => {
    const { preview } = await scanned('area,count\na,10\nb,9\nc,120\n');
    expect(preview).toMatchObject({
      rows: 3,
      sample: [
        ['a', '10'],
        ['c', '120'],
      ],
    });
    expect(preview?.columns).toEqual([
      { name: 'area', holds: 'text', empty: 0, distinct: 3, common: [] },
      { name: 'count', holds: 'numbers', empty: 0, distinct: 3 },
    ]);
  });

  it('shows no row of a table without counts, and none where identifiers were found', async () => {
    expect((await scanned('who,what\na,b\nc,d\n')).preview?.sample).toEqual([]);
    expect((await scanned('phone,count\n13800138000,20\nx,30\n')).preview?.sample).toEqual([]);
  });

  it('never shows a value that fewer rows than the threshold share', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('v0', 'v1', 'v2', 'v3'), { minLength: 1, maxLength: 60 }), async (values) => {
        const { preview } = await scanned(`kind,flag\n${values.map((value) => `${value},x`).join('\n')}\n`);
        for (const { value, rows } of preview?.columns[0]?.common ?? []) {
          expect(rows).toBe(values.filter((one) => one === value).length);
          expect(rows).toBeGreaterThanOrEqual(10);
        }
      }),
      { numRuns: 40 },
    );
  });
});
