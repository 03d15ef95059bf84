import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identifierForm, passesLuhn } from '#kernel';
import { residentIdCheck } from '../../libs/datasets/contract.js';
import type { ColumnDecision, Plan, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb } from '../../libs/desensitisation/domain/compile.js';
import { rowNumber } from '../../libs/desensitisation/domain/names.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';
import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

const key = Buffer.from('0123456789abcdef0123456789abcdef');
const encipher = (algorithm: 'ff1-sm4' | 'ff1-aes', keep: number, check: 'none' | 'resident-id' | 'luhn'): Technique => ({
  ...{ kind: 'encipher', algorithm, purpose: 'cipher', keep, check },
});
const shift: Technique = { kind: 'shift-days', purpose: 'days', subject: 'id', within: 180 };
const columns: readonly (readonly [SchemaColumn, ColumnDecision])[] = [
  [{ name: 'id', type: 'text' }, decision('resident-id', encipher('ff1-sm4', 0, 'resident-id'), 'id')],
  [{ name: 'mobile', type: 'text' }, decision('mobile', encipher('ff1-aes', 3, 'none'), 'mobile')],
  [{ name: 'card', type: 'text' }, decision('bank-card', encipher('ff1-sm4', 5, 'luhn'), 'card')],
  [{ name: 'account', type: 'integer' }, decision('account-number', encipher('ff1-aes', 0, 'none'), 'account')],
  [{ name: 'born', type: 'date' }, decision('birth-date', shift, 'born')],
  [{ name: 'seen', type: 'timestamp' }, decision('none', shift, 'seen')],
  [{ name: 'place', type: 'text' }, decision('none', { kind: 'keep' }, 'place')],
];
const schema = columns.map(([column]) => column);
const planOf = (sampling: Plan['sampling']): Plan => ({ columns: columns.map(([, one]) => one), ...(sampling && { sampling }) });

const numeral = (length: number) => fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: length, maxLength: length });
const resident = fc
  .tuple(fc.date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true }), numeral(3), fc.nat(5))
  .map(([day, order, area]) => {
    const body = `33112${String(area)}${day.toISOString().slice(0, 10).replaceAll('-', '')}${order}`;
    return body + residentIdCheck(body);
  });
const odd = fc.constantFrom(null, '', '无', '12345', '９９', "1'3");
const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const row = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: resident }, { weight: 1, arbitrary: odd }),
    fc.oneof({ weight: 9, arbitrary: numeral(9).map((digits) => `13${digits}`) }, { weight: 1, arbitrary: odd }),
    fc.oneof(numeral(16), numeral(19), numeral(12), odd),
    fc.oneof(fc.integer({ min: 100_000, max: 999_999_999 }).map(String), fc.constant('99999'), fc.constant(null)),
    fc.oneof(day.map((d) => d.toISOString().slice(0, 10)), fc.constant(null)),
    fc.oneof(day.map((d) => d.toISOString().slice(0, 19).replace('T', ' ')), fc.constant(null)),
    fc.constantFrom('丽水', '丽水', '丽水', '丽水', '杭州', '宁波'),
  )
  .map((values): (string | null)[] => [...values]); // prettier-ignore
const rows = fc.sample(row, { numRuns: 3000, seed: 20261130 });
// Everybody has a second row.
const people = [...rows, ...rows.slice(0, 1500).map((one, i) => [...one.slice(0, 4), ...(rows[i + 1] ?? one).slice(4)])];

async function made(plan: Plan, file = 'people.parquet', seed = 'seed'): Promise<(readonly (string | null)[])[]> {
  const compiled = compileToDuckDb(plan, schema, { source: 'raw', rowNumber, seed, order: 'o', delivery: 'd', file: 'keyed.parquet' });
  const keys = Object.fromEntries(compiled.purposes.map((purpose) => [purpose, key]));
  const written = await engine.run({ scratch, inputs: [input('raw', file, schema, rowNumber)], steps: compiled.steps, keys });
  expect(written.ok ? undefined : written.cause).toBeUndefined();
  const outcome = await engine.run({
    scratch,
    inputs: [input('output', 'keyed.parquet', compiled.columns)],
    steps: [{ kind: 'sql', sql: 'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output', result: { rows: 10_000 } }],
  });
  return outcome.ok && outcome.steps[0]?.kind === 'rows' ? (outcome.steps[0].rows as (string | null)[][]) : [];
}
const keep = (plan: Plan): Plan => ({
  ...plan,
  columns: plan.columns.map((one) => (one.column === 'place' ? one : { ...one, technique: { kind: 'redact' } as const })),
});
const sorted = (table: readonly (readonly (string | null)[])[]): string[] => table.map((one) => JSON.stringify(one)).sort();

beforeAll(() => writeParquet('people.parquet', schema, people));

describe('keyed techniques run by the engine', () => {
  it('give the same bytes for each value as the reference [DES-03]', async () => {
    const expected = people.map((values) =>
      columns.map(([column, one], i) => {
        const subject = values[0] == null ? null : identifierForm('resident-id', values[0]);
        return applyTechnique(one, column, values[i] ?? null, { key, subject }) ?? null;
      }),
    );
    expect(sorted(await made(planOf({ atMost: 100_000 })))).toEqual(sorted(expected));
  }, 120_000);

  it('leave check characters valid, one identifier one, and days of one subject as far apart as they were', async () => {
    const [[, id], [, mobile], [, card]] = columns as unknown as [(typeof columns)[0], (typeof columns)[0], (typeof columns)[0]];
    const of = (one: ColumnDecision, value: string): string => applyTechnique(one, { name: 'v', type: 'text' }, value, { key }) ?? '';
    const cards = fc.oneof(numeral(16), numeral(19)).filter((digits) => identifierForm('bank-card', digits) === digits);
    fc.assert(
      fc.property(resident, resident, numeral(9), cards, (a, b, digits, number) => {
        const [one, other] = [of(id, a), of(id, b)];
        expect([one === other, one.at(-1)]).toEqual([a === b, residentIdCheck(one.slice(0, 17))]);
        expect([of(mobile, `13${digits}`).slice(0, 3), of(mobile, `13${digits}`).length]).toEqual([`13${digits.charAt(0)}`, 11]);
        expect([passesLuhn(of(card, number)), of(card, number).slice(0, 5)]).toEqual([true, number.slice(0, 5)]);
      }),
      { numRuns: 40 },
    );
    const [, , , , born] = columns;
    fc.assert(
      fc.property(day, day, resident, (first, second, subject) => {
        const [before, after] = [first, second].map((d) => d.toISOString().slice(0, 10));
        const moved = [before, after].map((d) => Date.parse(applyTechnique(born?.[1] as ColumnDecision, { name: 'v', type: 'date' }, d ?? '', { key, subject }) ?? ''));
        expect((moved[1] ?? 0) - (moved[0] ?? 0)).toBe(Date.parse(after ?? '') - Date.parse(before ?? ''));
        expect(Math.abs((moved[0] ?? 0) - Date.parse(before ?? ''))).toBeLessThanOrEqual(180 * 86_400_000);
      }),
      { numRuns: 60 },
    ); // prettier-ignore
  });
});

describe('samples', () => {
  const drawnSubjects = async (plan: Plan, file = 'people.parquet'): Promise<Set<string>> =>
    new Set((await made(plan, file)).map((one) => JSON.stringify(one.slice(0, 1))));

  it('of several deliveries do not add up: whoever is drawn from one is drawn from each, in whatever order it comes [DES-02]', async () => {
    const later = [...people].reverse().map((one) => [...one.slice(0, 6), '温州']).slice(300);
    await writeParquet('later.parquet', schema, later);
    const identified = { ...planOf({ rate: 0.2 }), columns: planOf({}).columns };
    const [first, second] = [await drawnSubjects(identified), await drawnSubjects(identified, 'later.parquet')];
    expect(first.size).toBeGreaterThan(300);
    const nobody = JSON.stringify([null]);
    expect([...second].filter((one) => one !== nobody && one !== '["***"]' && !first.has(one))).toEqual([]);
    const small = await drawnSubjects({ ...identified, sampling: { atMost: 100 } }, 'later.parquet');
    expect([...small].filter((one) => !second.has(one))).toEqual([]);
  }, 120_000); // prettier-ignore

  it('hold no more rows than the plan allows, though one subject has several [DES-02]', async () => {
    for (const atMost of [1, 7, 100, 999]) {
      const drawn = await made(keep(planOf({ atMost })));
      expect(drawn.length).toBeLessThanOrEqual(atMost);
      expect(drawn.length).toBeGreaterThan(atMost - 400);
    }
  }, 120_000);

  it('by strata hold of every value its share, and of the rare ones as many as are asked', async () => {
    const of = async (sampling: NonNullable<Plan['sampling']>) =>
      Map.groupBy((await made(keep(planOf(sampling)))).map((one) => one.at(-1)), (place) => place); // prettier-ignore
    const plain = await of({ rate: 0.02 });
    const strata = await of({ rate: 0.02, strata: { column: 'place', atLeast: 60 } });
    expect(strata.size).toBe(3);
    for (const [place, members] of strata) {
      expect(members.length).toBeGreaterThanOrEqual(60);
      expect(members.length).toBeGreaterThanOrEqual(plain.get(place)?.length ?? 0);
      expect(members.length).toBeLessThan(120);
    }
    expect(plain.get('杭州')?.length ?? 0).toBeLessThan(60);
  }, 120_000);
});
