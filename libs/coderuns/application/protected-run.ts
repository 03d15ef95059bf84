import { randomInt } from 'node:crypto';
import type { DisclosureRule } from '../domain/plan/enforce.js';
import { columnsRead } from '../domain/interference/columns-read.js';
import type { Seed } from '../domain/interference/replacement.js';
import { isNumber } from '../domain/interference/tested.js';
import type { Identifier } from '../domain/plan/compile.js';
import type { Protected } from '../domain/plan/protect.js';
import type { BoundCode, CodeReading, Tables } from './code-reading.js';
import type { Beside, OpenInputs, Sealing, SqlResult, Test } from './sql-runner.js';

/**
 * What runs over raw data in the code's place, and the test that its result is put to: bound anew against what it reads now, its groups
 * enforced by what identifies in these data. Rows of single subjects are not tested: they are told as such, and the gate stops them.
 */
export async function protectedRun({ reading, open, sql, tables, rule }: Run): Promise<Protected & { readonly test?: Test }> {
  const [bound, identifying] = await Promise.all([reading.bind(sql, tables), open.identifiers()]);
  const read = await reading.protect(sql, tables, bound, identifying);
  if (read.derivations.some(({ raw, grouped }) => raw && !grouped)) return read;
  const seed = Array.from({ length: 8 }, () => randomInt(2 ** 31));
  return { ...read, test: testOf({ sql, bound, read, tables, identifying, rule, seed }) };
}
interface Run {
  readonly reading: CodeReading;
  readonly open: OpenInputs;
  readonly sql: string;
  readonly tables: Tables;
  readonly rule: DisclosureRule;
}

/**
 * The result of what runs in the code's place, tested, and how its sealed map was made. Where totals of groups together give something away
 * that the groups leave out, it is that of the finest groups alone.
 * @param key makes numbers of subjects
 * @param tells whether a map shows that something can be told of a few
 */
export async function tested(
  open: OpenInputs,
  { sealed, finest }: Protected,
  test: Test,
  key: Uint8Array,
  tells: (sealing: Sealing, beside: Beside) => Promise<boolean>,
): Promise<{ readonly made: SqlResult; readonly sealing: Sealing | undefined }> {
  const sealing = sealed && { sealed, key };
  const made = await open.tested(test, sealing);
  if (sealing === undefined || finest === undefined || made.beside === undefined) return { made, sealing };
  if (!(await tells(sealing, made.beside))) return { made, sealing };
  const alone = { sealed: finest.sealed, key };
  return { made: await open.tested({ ...test, leaving: finest.sql }, alone), sealing: alone };
}

/** The interference test of a run: of the code as it was handed in, what leaves in its place, and the inputs as they were measured. */
export function testOf(of: {
  readonly sql: string;
  readonly bound: BoundCode;
  readonly read: Protected;
  readonly tables: Tables;
  readonly identifying: ReadonlyMap<string, readonly Identifier[]>;
  readonly rule: DisclosureRule;
  readonly seed: Seed;
}): Test {
  const { sql, bound, read, rule } = of;
  const grouped = read.derivations.flatMap((one, at) => (one.grouped ? [at] : []));
  const named = bound.types.flatMap((type, at) => (isNumber(type) ? [] : [at]));
  return {
    code: sql,
    leaving: read.sql ?? sql,
    inputs: testedInputs(of),
    selections: read.selections ?? { constants: [], conditions: [] },
    read: columnsRead(bound.answer),
    names: bound.names,
    types: bound.types,
    keys: new Set([...grouped, ...named]),
    threshold: rule.threshold,
    dominanceShare: rule.dominanceShare,
    seed: of.seed,
  };
}

/** A column that is called as one that identifies in another input is taken for the same: joins meet by it after identifiers were replaced. */
function testedInputs({ tables, identifying }: Pick<Parameters<typeof testOf>[0], 'tables' | 'identifying'>): Test['inputs'] {
  const known = new Map([...identifying.values()].flat().map((one) => [one.column, one]));
  return [...tables].map(([table, columns]) => {
    const own = identifying.get(table) ?? [];
    const called = columns.flatMap(({ column }) => {
      const found = own.some((one) => one.column === column) ? undefined : known.get(column);
      return found === undefined ? [] : [{ column, isName: found.isName }];
    });
    return { table, columns, identifying: [...own, ...called] };
  });
}
