import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { SensitiveType } from '#datasets/contract';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Plan, SchemaColumn, Technique } from '../../contract.js';
import { bijectionChecks } from './bijection.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
const rows = 3000;
const kept: Technique = { kind: 'keep' };
type Given = Readonly<
  Record<
    string,
    { readonly sql: string; readonly type?: SchemaColumn['type']; readonly sensitive?: SensitiveType; readonly technique?: Technique }
  >
>;

/** Which columns are found to be which, of columns that are kept and made of `range` and of a number `h` drawn for each row. */
async function found(given: Given, seed = 1): Promise<string[]> {
  const columns = Object.entries(given);
  const drawn = `SELECT range, (hash(range, ${String(seed)}) % 1000003)::BIGINT AS h FROM range(${String(rows)})`;
  const made = columns.map(([name, { sql, type }]) => `CAST(${sql} AS ${type === 'integer' ? 'BIGINT' : 'VARCHAR'}) AS ${name}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE raw AS SELECT ${made.join(', ')} FROM (${drawn})`);
  const schema = columns.map(([name, { type = 'text' }]): SchemaColumn => ({ name, type }));
  const plan: Plan = {
    columns: columns.map(([column, { sensitive = 'none', technique = kept }]) => ({
      column,
      sensitiveType: sensitive,
      grade: 'L1',
      technique,
    })),
    sampling: { rate: 0.1 },
  };
  const { preparation, measurements } = bijectionChecks(plan, schema);
  for (const step of preparation) if (step.kind === 'sql') await connection.run(step.sql.replace('CREATE TEMP', 'CREATE OR REPLACE TEMP'));
  const checks = [];
  for (const one of measurements) checks.push(...one.judge((await connection.runAndReadAll(one.sql)).getRows(), false));
  return checks.flatMap(({ verdict, column, finding }) => (verdict === 'pass' ? [] : [`${verdict} ${column ?? ''} ${finding ?? ''}`]));
}
const drop: Technique = { kind: 'drop' };
/** Each of somebody who has several rows. */
const person = (each: number): string => `'P' || lpad(CAST(range // ${String(each)} AS VARCHAR), 6, '0')`;

describe('a column that is one to one with a raw column', () => {
  it('is found where a few rows are exceptions, text or number, of people with one row or several [DES-04]', async () => {
    const cases = fc.record({
      each: fc.constantFrom(1, 2, 5, 12),
      exceptions: fc.integer({ min: 0, max: 2 }),
      number: fc.boolean(),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ each, exceptions, number, seed }) => {
        // Numbers that come once each are one to one with amounts too, and found only where they are exactly.
        const some = number && each === 1 ? 0 : exceptions;
        const code = `(range // ${String(each)} * 7919) % 1000003`;
        const sql = `CASE WHEN h % 100 < ${String(some)} THEN (h * 31) % 400 ELSE ${code} END`;
        const made = number ? { sql, type: 'integer' as const } : { sql: `md5(CAST(${sql} AS VARCHAR))` };
        expect(await found({ id: { sql: person(each), sensitive: 'account-number', technique: drop }, code: made }, seed)).toEqual([
          'fail code id',
        ]);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('is found beside a column that nobody said identifies, and that does by the data', async () => {
    const id = { sql: `CASE WHEN range % 30 = 0 THEN NULL ELSE ${person(1)} END`, technique: drop };
    expect(await found({ id, code: { sql: "md5('x' || range)" }, place: { sql: 'range % 60' } })).toEqual(['fail code id']);
  });

  it('is not what is nearly unique and an amount, nor what several share, nor what was cut at its ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const id = { sql: person(1), sensitive: 'account-number' as const, technique: drop };
        const amount = { sql: '3000 + h % 90000', type: 'integer' as const };
        const cut = {
          sql: '3000 + (h * 7919 + range * 104729) % 1000003 % 90000',
          type: 'integer' as const,
          sensitive: 'none' as const,
          technique: { kind: 'top-bottom', bottom: 4000, top: 92_000 } as const,
        };
        const household = { sql: "'H' || CAST(range // 3 AS VARCHAR)" };
        expect(await found({ id, amount, cut, household, place: { sql: 'range % 60' } }, seed)).toEqual([]);
        expect(await found({ amount, cut, household, place: { sql: 'range % 60' } }, seed)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 60_000);
});
