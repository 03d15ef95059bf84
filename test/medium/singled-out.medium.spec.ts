import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Interfered } from '../support/interfered.js';

/** Somebody whom an income, a birth date and a diagnosis tell apart. */
interface Target {
  readonly income: number;
  readonly birth: string;
  readonly diag: string;
}
let world: Interfered;
let people: readonly Target[];
beforeAll(async () => {
  world = await Interfered.open();
  const all = (await world.people()).map(({ income, birth, diag }) => ({
    income: Number(income),
    birth: String(birth),
    diag: String(diag),
  }));
  const times = Map.groupBy(all, ({ birth, diag }) => `${birth} ${diag}`);
  const incomes = Map.groupBy(all, ({ income }) => income);
  const sorted = all.map(({ income }) => income).sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[50], sorted.at(-50)];
  people = all.filter(
    ({ income, birth, diag }) =>
      income > low && income < high && incomes.get(income)?.length === 1 && times.get(`${birth} ${diag}`)?.length === 1,
  );
}, 120_000);

const quoted = (text: string): string => `'${text}'`;
const cents = (of: number): string => of.toFixed(2);
const day = (date: string, by: number): string => new Date(Date.parse(date) + by * 86_400_000).toISOString().slice(0, 10);

/** The same value, written in many ways in which it does not stand there: what has to stand beside FROM, and the expression. */
type Written = readonly [from: string, value: string];
const number = (of: number): fc.Arbitrary<Written> =>
  fc.tuple(fc.integer({ min: 2, max: 900 }), fc.nat(7)).map(([by, way]): Written => {
    const rest = cents(of - by);
    return [
      ['', `${rest} + ${String(by)}`],
      ['', `CAST(concat('${String(Math.floor(of / 10))}', '${cents(of).slice(-4)}') AS DECIMAL(12, 2))`],
      ['', `CAST(reverse('${Array.from(cents(of)).reverse().join('')}') AS DECIMAL(12, 2))`],
      ['', `(SELECT ${rest} + ${String(by)})`],
      [`, (SELECT ${rest} AS a, ${String(by)} AS b) AS c`, 'c.a + c.b'],
      [`CROSS JOIN (VALUES (${rest}, ${String(by)}), (0.01, 0.02)) AS c(a, b)`, 'c.a + c.b'],
      [`, range(${String(by)}, ${String(by + 1)}) AS r`, `r.range + ${rest}`],
      ['', `CASE WHEN ${String(by)} > 1 THEN ${rest} + ${String(by)} ELSE 0 END`],
    ][way] as unknown as Written;
  });
const date = (of: string): fc.Arbitrary<Written> =>
  fc.tuple(fc.integer({ min: 2, max: 900 }), fc.nat(4)).map(([by, way]): Written => {
    const before = day(of, -by);
    const [year = '', month = '', of_ = ''] = of.split('-');
    return [
      ['', `DATE '${before}' + ${String(by)}`],
      ['', `DATE '${before}' + INTERVAL ${String(by)} DAY`],
      ['', `make_date(${year}, ${month} + 0, ${of_} + 0)`],
      ['', `CAST('${year}' || '-${month}-${of_}' AS DATE)`],
      [`, (SELECT DATE '${before}' AS a, ${String(by)} AS b) AS c`, 'c.a + c.b'],
    ][way] as unknown as Written;
  });
const text = (of: string): fc.Arbitrary<Written> =>
  fc.nat(4).map((way): Written => [
    ['', `${quoted(of.slice(0, 1))} || ${quoted(of.slice(1))}`],
    ['', `substr(${quoted(`x${of}`)}, 2)`],
    ['', `replace(${quoted(`${of.slice(0, 1)}-${of.slice(1)}`)}, '-', '')`],
    ['', `reverse(${quoted(Array.from(of).reverse().join(''))})`],
    [`, (VALUES (${quoted(of.slice(0, 1))}, ${quoted(of.slice(1))})) AS d(a, b)`, 'concat(d.a, d.b)'],
  ][way] as unknown as Written); // prettier-ignore

/** Code about the target alone; in each what is looked for stands nowhere as it is. */
const about = fc.constant(null).chain(() =>
  fc.constantFrom(...people).chain(({ income, birth, diag }) =>
    fc.oneof(
      number(income).map(([from, value]) => `SELECT max(income) AS a FROM people ${from} WHERE income = ${value}`),
      number(income).map(([from, value]) => `SELECT sum(CASE WHEN income = ${value} THEN visits + 1 ELSE 0 END) AS a FROM people ${from}`),
      number(income).map(([, value]) => `SELECT count(*) AS a FROM people WHERE income - (${value.includes('c.') || value.includes('r.') ? cents(income) : value}) = 0`),
      fc.tuple(date(birth), text(diag)).map(([[one, born], [other, found]]) => `SELECT avg(income) AS a FROM people ${one} ${other} WHERE birth = ${born} AND diag = ${found}`),
      // The value stands on the column's side.
      fc.integer({ min: 2, max: 900 }).map((by) => `SELECT avg(visits + 1) AS a FROM people WHERE income * 2 + ${String(by)} = ${cents(income * 2 + by)}`),
      fc.integer({ min: 2, max: 900 }).map((by) => `SELECT sum(income) FILTER (WHERE 'x' || diag = ${quoted(`x${diag}`)} AND birth - ${String(by)} = DATE '${day(birth, -by)}') AS a FROM people`),
    ),
  ),
); // prettier-ignore

describe('code that is about one subject', () => {
  it('is found out however it writes what it looks for', async () => {
    await fc.assert(
      fc.asyncProperty(about, async (sql) => {
        expect([sql, await world.fateOf(sql, 'read')]).toEqual([sql, { vetoed: 'subjects' }]);
      }),
      { numRuns: Number(process.env['INTERFERENCE_RUNS'] ?? 20) },
    );
  }, 600_000);
});
