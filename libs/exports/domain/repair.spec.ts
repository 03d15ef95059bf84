import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkNames, item, resultOf, type CheckName, type FlaggedItem } from './check.js';
import { findings, type FindingCode } from './findings.js';
import { outlineOf } from './outline.js';
import { columnsLeft, declarationLeft, kindsOf, planRepair, type RepairPlan } from './repair.js';
import { repairSql } from './repair-sql.js';
import { remedies, repairOf } from './remedies.js';

const columns = ['area', 'born', 'people', 'total'];
const veto = (check: CheckName, finding: FindingCode, place: Partial<FlaggedItem> = {}): FlaggedItem =>
  item(check, finding, 'veto', { file: 'result.csv', ...place });
const plan = (items: readonly FlaggedItem[], before: readonly RepairPlan[] = [], check: CheckName = 'reversibility'): RepairPlan =>
  planRepair({ id: 'request', checks: [resultOf(check, items, {}, 200)], columns, before, base: 10 });
const refusal = (names: readonly string[]): unknown =>
  expect.objectContaining({ code: 'export.no-repair', details: { id: 'request', findings: names } });

describe('what mends a veto', () => {
  it('is named for every finding, with what would satisfy the rule in both languages', () => {
    for (const code of Object.keys(findings) as FindingCode[]) {
      expect(remedies[code].zh).toMatch(/[一-鿿]/);
      expect(remedies[code].en).toMatch(/^[A-Z].*\.$/);
      for (const check of checkNames) expect(['suppress', 'round', 'coarsen', 'none']).toContain(repairOf(check, code));
    }
  });

  it('takes the columns away that the vetoes name, all vetoes at once, and coarsens before it takes away', () => {
    expect(plan([veto('row-match', 'rows-of-the-source', { figures: { columns: ['born', 'area'] } })], [], 'row-match')).toMatchObject({
      suppress: ['area', 'born'],
    });
    const first = plan([
      veto('reversibility', 'one-to-one-column', { column: 'born' }),
      veto('reversibility', 'untransformed-column', { column: 'area' }),
    ]);
    expect(first).toEqual({ suppress: ['area'], round: [], coarsen: ['born'], base: 10 });
    expect(plan([veto('reversibility', 'one-to-one-column', { column: 'born' })], [first])).toMatchObject({
      suppress: ['born'],
      coarsen: [],
    });
  });

  it('rounds counts where more are small than people can weigh, and leaves sums out that are dominated', () => {
    const small = Array.from({ length: 250 }, (_, line) =>
      item('small-cells', 'small-cell', 'needs-a-human', { file: 'f', column: 'people', line }),
    );
    const dominated = item('small-cells', 'dominated-cell', 'needs-a-human', { file: 'f', column: 'total', line: 2 });
    expect(plan([dominated, ...small], [], 'small-cells')).toEqual({ suppress: ['total'], round: ['people'], coarsen: [], base: 10 });
  });

  it('is refused where one veto has none, or nothing would be left; what people may weigh is left to them', () => {
    const two = [veto('reversibility', 'untransformed-column', { column: 'area' }), veto('volume', 'rows-over-budget', { file: '*' })];
    expect(() => plan(two)).toThrow(refusal(['rows-over-budget']));
    expect(() => plan(columns.map((column) => veto('reversibility', 'untransformed-column', { column })))).toThrow(
      refusal(['nothing-left']),
    );
    expect(() => plan([item('reversibility', 'keyed-column', 'needs-a-human', { file: 'f', column: 'area' })])).toThrow(
      refusal(['nothing-left']),
    );
    expect(() => plan([veto('residual-identifiers', 'identifier')], [], 'residual-identifiers')).toThrow(refusal(['identifier']));
  });

  it('forgets what was declared of columns that are gone', () => {
    const magnitudes = [{ total: 'total', largest: 'l', second: 's' }];
    expect(declarationLeft({ counts: ['people', 'area'], magnitudes }, ['area', 's'])).toEqual({ counts: ['people'], magnitudes: [] });
  });
});

describe('the outline of a check', () => {
  it('is the same however many things were found, where, and in which order', () => {
    const codes = fc.constantFrom<FindingCode>('small-cell', 'dominated-cell', 'declaration-does-not-fit', 'no-counts');
    const one = fc.record({ finding: codes, column: fc.constantFrom('a', 'b'), line: fc.integer({ min: 1, max: 99 }), cells: fc.nat() });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (found, order) => {
        const items = found.map(({ finding, column, line, cells }) => veto('small-cells', finding, { column, line, figures: { cells } }));
        const shuffled = [...items, ...order.flatMap((index) => items[index % items.length] ?? [])]
          .reverse()
          .map((each) => ({ ...each, line: 1, figures: { cells: 7 } }));
        const [outline, other] = [items, shuffled].map((all) => outlineOf(resultOf('small-cells', all, { rows: all.length }, 200)));
        expect(outline).toEqual(other);
        expect(JSON.stringify(outline)).not.toMatch(/\d/);
      }),
    );
  });
});

describe('the repaired table', () => {
  it('has no suppressed column, counts in multiples of the base, days as years, numbers with two digits, in the order of what is left', async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const cell = fc.record({
      area: fc.constantFrom('甲', '乙', '"丙", 丁'),
      born: fc.oneof(
        fc
          .date({ min: new Date('1900-01-01'), max: new Date('2020-01-01'), noInvalidDate: true })
          .map((day) => day.toISOString().slice(0, 10)),
        fc.integer().map(String),
        fc.constant('Zhang'),
      ),
      people: fc.oneof(fc.nat({ max: 5000 }).map(String), fc.constant('*')),
      total: fc.nat().map(String),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 30 }), async (rows) => {
        await connection.run('CREATE OR REPLACE TABLE old (area VARCHAR, born VARCHAR, people VARCHAR, total VARCHAR)');
        for (const row of rows) {
          const values = [row.area, row.born, row.people, row.total].map((value) => `'${value.replaceAll("'", "''")}'`);
          await connection.run(`INSERT INTO old VALUES (${values.join(', ')})`);
        }
        const how = { suppress: ['total'], round: ['people'], coarsen: ['born'], base: 10 };
        const made = (await connection.runAndReadAll(repairSql(columns, how))).getRowObjects() as Record<string, string | null>[];
        expect(kindsOf(how)).toEqual(['suppress', 'round', 'coarsen']);
        expect(Object.keys(made[0] ?? {})).toEqual(columnsLeft(columns, [{ plan: how }]));
        expect(made).toHaveLength(rows.length);
        for (const { people, born } of made) {
          expect(people === '*' || Number(people) % 10 === 0).toBe(true);
          if (typeof born === 'string')
            expect(
              String(Math.abs(Number(born)))
                .replace(/\.0$/, '')
                .replace(/0+$/, '').length <= 2 || /^(19|20)\d\d$/.test(born),
            ).toBe(true);
        }
        const areas = made.map(({ area }) => area ?? '');
        expect(areas).toEqual([...areas].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
      { numRuns: 60 },
    );
    connection.closeSync();
  });
});
