import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Declared } from '../../libs/coderuns/domain/plan/identify.js';
import { Opponent, rule } from '../support/opponent.js';

type SensitiveType = NonNullable<Declared['sensitiveType']>;
const column = (name: string, type: string, sensitiveType: SensitiveType | null = null): Declared => ({
  column: name,
  type,
  sensitiveType,
});
const numbered = (letter: string, of: string): string => `'${letter}' || lpad(CAST(${of} AS VARCHAR), 8, '0')`;

interface World {
  readonly people: number;
  /** Rows of each, by what they are numbered. */
  readonly each: number;
  readonly seed: number;
  /** One row in so many has the second identifier. */
  readonly oneIn: number;
  readonly second: SensitiveType;
}
const worlds: fc.Arbitrary<World> = fc.record({
  people: fc.integer({ min: 300, max: 900 }),
  each: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(1000),
  oneIn: fc.integer({ min: 3, max: 30 }),
  second: fc.constantFrom<SensitiveType>('passport', 'mobile', 'bank-card', 'account-number', 'email'),
});

/**
 * Rows of people in groups of one person and more, told by a document and, now and then, by another number.
 * @param first what the document says, and @param other what the other number does; by `p`, the person, and `range`, the row
 */
async function shown(of: World, first: string, other: string, declared: SensitiveType = 'resident-id') {
  const { people, each, seed, oneIn, second } = of;
  const drawn = `(hash(range, ${String(seed)}) % ${String(oneIn)} = 0)`;
  const world = await Opponent.open({
    rows: {
      columns: [column('id_no', 'VARCHAR', declared), column('other', 'VARCHAR', second), column('k', 'VARCHAR'), column('v', 'BIGINT')],
      select: `SELECT ${first}, CASE WHEN ${drawn} THEN ${other} END, 'g' || CAST(CAST(floor(sqrt(p)) AS BIGINT) AS VARCHAR), 100 + hash(range) % 50
        FROM (SELECT range, range // ${String(each)} AS p FROM range(${String(people * each)}))`,
    },
  });
  const got = await world.attempt('SELECT k, count(*) AS n, sum(v) AS s FROM rows GROUP BY 1');
  const there = (await world.truth(`SELECT k, count(DISTINCT p) FROM (SELECT k, (row_number() OVER () - 1) // ${String(each)} AS p FROM rows) GROUP BY 1`))
    .map(([k, people]) => [String(k), Number(people)] as const); // prettier-ignore
  world.runs.connection.closeSync();
  return { groups: 'stopped' in got ? [] : got.rows.map(([k]) => String(k)).sort(), there };
}
const enough = (there: readonly (readonly [string, number])[]): string[] =>
  there.flatMap(([k, people]) => (people >= rule.threshold ? [k] : [])).sort();

describe('a second identifier that few rows have', () => {
  it('withholds nothing: groups are shown as by the document alone', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (of) => {
        const { groups, there } = await shown(of, numbered('R', 'p'), numbered('E', 'p'));
        expect([of, groups]).toEqual([of, enough(there)]);
      }),
      { numRuns: 4 },
    );
  }, 400_000);

  it('makes no two people of one, whatever it says: another one in each row shows no group of fewer', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (of) => {
        const { groups, there } = await shown({ ...of, each: of.each + 6 }, numbered('R', 'p'), numbered('E', 'range'));
        expect([of, groups]).toEqual([of, enough(there)]);
      }),
      { numRuns: 4 },
    );
  }, 400_000);

  it('makes one person of two documents of whom it says so', async () => {
    const of: World = { people: 400, each: 12, seed: 3, oneIn: 3, second: 'passport' };
    // A document for each three rows: by it groups have four times as many.
    const { groups, there } = await shown(of, numbered('R', '(range // 3)'), `CASE WHEN true THEN ${numbered('E', 'p')} END`);
    const few = there.flatMap(([k, people]) => (people * 4 >= rule.threshold && people * 2 < rule.threshold ? [k] : []));
    expect(few.length).toBeGreaterThan(0);
    expect(groups.filter((k) => few.includes(k) && (there.find(([one]) => one === k)?.[1] ?? 0) < 3)).toEqual([]);
  }, 400_000);

  it('is alone what counts where the other is no document: visits are not people, though few rows say whose they are', async () => {
    const of: World = { people: 300, each: 12, seed: 5, oneIn: 10, second: 'resident-id' };
    const { groups, there } = await shown(of, numbered('V', 'range'), numbered('R', 'p'), 'medical-record-number');
    expect(groups.filter((k) => !enough(there).includes(k))).toEqual([]);
  }, 400_000);

  it('tells nobody who stands in two inputs to be two people, where one of them has it alone', async () => {
    // Six people in each group of either, of whom one in three has a passport in the first.
    const rows = `range // 6 % 40 AS g, range AS p FROM range(240)`;
    const k = (g: string): string => `'g' || CAST(${g} AS VARCHAR)`;
    const world = await Opponent.open({
      a: {
        columns: [column('id_no', 'VARCHAR', 'resident-id'), column('passport', 'VARCHAR', 'passport'), column('k', 'VARCHAR')],
        select: `SELECT ${numbered('R', 'p')}, CASE WHEN p % 3 = 0 THEN ${numbered('E', 'p')} END, ${k('g')} FROM (SELECT ${rows})`,
      },
      b: {
        columns: [column('passport', 'VARCHAR', 'passport'), column('k', 'VARCHAR')],
        select: `SELECT ${numbered('E', 'p')}, ${k('g')} FROM (SELECT ${rows})`,
      },
    });
    const got = await world.attempt('SELECT k, count(*) AS n FROM (SELECT k FROM a UNION ALL SELECT k FROM b) GROUP BY 1');
    expect('stopped' in got ? [] : got.rows).toEqual([]);
    world.runs.connection.closeSync();
  }, 400_000);
});
