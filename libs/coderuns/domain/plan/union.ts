import { coarsest, identifiedBy, type Compiled, type Tables } from './compiled.js';
import { unlisted } from './json.js';
import {
  constantColumn,
  together,
  union,
  type Column,
  type Holder,
  type HolderColumn,
  type Identity,
  type Source,
  type Strand,
} from './shape.js';
import { column } from './sql-text.js';
import type { Relation } from './tree.js';

type Set = Extract<Relation, { is: 'set' }>;

/**
 * Rows of both sides, or groups by any set operation. Of rows only `UNION ALL` (the binder makes the other one its distinct rows), and only where both
 * are told apart by some column of one name: who stands on both sides is counted once.
 * @throws Refusal `coderuns.operator-not-allowed`
 */
export function setOf(tables: Tables, { by, all }: Set, left: Compiled, right: Compiled): Compiled {
  const rows = [left.shape, right.shape].filter(({ grain }) => grain === 'rows').length;
  if (rows > 0 && (rows < 2 || by !== 'UNION' || !all)) throw unlisted(`${by} of rows`);
  const pairs = left.shape.holders.map((holder, at) => pairOf(holder, right.shape.holders[at]));
  if (left.shape.holders.length !== right.shape.holders.length) throw unlisted(`${by} of rows`);
  const [leftStrands, rightStrands] = [left, right].map(({ shape }) => shape.holders.flatMap(({ strands }) => strands));
  // Only where all rows of both are kept is it known which cells they are of.
  const kept = rows === 0 && by === 'UNION' && all;
  if (!kept) for (const { shape } of [left, right]) tables.blend(shape);
  const [leftOrigins, rightOrigins] = [left, right].map(({ shape }) => (kept ? (shape.origins ?? []) : []).map((one) => one.column));
  const none = (names: readonly string[] = []): readonly string[] => names.map((name) => `CAST(NULL AS BIGINT) AS ${name}`);
  const own = (strands: readonly Strand[] = []): readonly string[] => strands.flatMap(({ by, row }) => [by, row]);
  const absent = (strands: readonly Strand[] = []): readonly string[] =>
    strands.flatMap(({ by, row }) => [`CAST(NULL AS UBIGINT) AS ${by}`, `CAST(NULL AS BIGINT) AS ${row}`]);
  const texts = (of: Compiled, held: readonly string[]): string =>
    `SELECT ${[...of.shape.columns.map((_, at) => column(at)), ...held].join(', ')} FROM ${of.name}`;
  const sides = [
    texts(left, [
      ...pairs.flatMap(({ both }) => both.map((one) => `${one.own} AS ${one.name}`)),
      ...own(leftStrands),
      ...absent(rightStrands),
      ...(leftOrigins ?? []),
      ...none(rightOrigins),
    ]),
    texts(right, [
      ...pairs.flatMap(({ both }) => both.map(({ name, other }) => `${other} AS ${name}`)),
      ...absent(leftStrands),
      ...own(rightStrands),
      ...none(leftOrigins),
      ...(rightOrigins ?? []),
    ]),
  ];
  const same = (one: Identity | undefined, other: Identity | undefined): boolean =>
    pairs.some(({ both }) => both.some((each) => each.own === one?.by && each.other === other?.by));
  const columns = left.shape.columns.map((one, at): Column => {
    const other = right.shape.columns[at] ?? constantColumn;
    return identifiedBy(eitherOf(one, other), same(one.identity, other.identity) ? one.identity : undefined);
  });
  const cut = left.shape.cut === true || right.shape.cut === true;
  return tables.add(sides.join(` ${by}${all ? ' ALL' : ''} `), {
    grain: coarsest(left.shape.grain, right.shape.grain),
    columns,
    flows: union(left.shape.flows, right.shape.flows),
    origins: kept ? [...(left.shape.origins ?? []), ...(right.shape.origins ?? [])] : [],
    holders: pairs.map(({ holder }, at) => (at === 0 ? { ...holder, strands: [...(leftStrands ?? []), ...(rightStrands ?? [])] } : holder)),
    ...(cut ? { cut } : {}),
  });
}

/** A column of a holder of both sides, and what stands for it on either. */
interface Pair extends HolderColumn {
  readonly own: string;
  readonly other: string;
}

/**
 * The columns of both, by what they are of in their inputs. Where one side has no such column, whoever is there is told by the one of its
 * own with the fewest values: the columns that both have still bound how many they are.
 */
function pairOf({ name, columns }: Holder, other: Holder | undefined): { readonly holder: Holder; readonly both: readonly Pair[] } {
  const [owns, others] = [byOrigin(columns), byOrigin(other?.columns ?? [])];
  const [ownFewest, otherFewest] = [columns[0], other?.columns[0]];
  // By a number that another stands for on one side nobody is told to be on both.
  const isBare = (one: HolderColumn | undefined): boolean => one !== undefined && one.completed !== true;
  const common = [...owns.keys()].some((origin) => isBare(owns.get(origin)) && isBare(others.get(origin)));
  if (!common || ownFewest === undefined || otherFewest === undefined) throw unlisted('UNION of rows');
  const both = [...new Set([...owns.keys(), ...others.keys()])].map((origin, at): Pair => {
    const [one, two] = [owns.get(origin) ?? ownFewest, others.get(origin) ?? otherFewest];
    return {
      name: owns.get(origin)?.name ?? `${name}_of${String(at)}`,
      of: owns.get(origin)?.of ?? two.of,
      values: Math.max(one.values, two.values),
      isName: one.isName || two.isName,
      ...(one.completed === true || two.completed === true ? { completed: true } : {}),
      own: one.name,
      other: two.name,
    };
  });
  const kept = both.map(({ own: _, other: __, ...one }): HolderColumn => one).sort((a, b) => a.values - b.values);
  return { holder: { name, columns: kept, strands: [] }, both };
}

/** By what they are of; the second of one name, as joins have it, by that too. */
function byOrigin(columns: readonly HolderColumn[]): ReadonlyMap<string, HolderColumn> {
  const found = new Map<string, HolderColumn>();
  for (const one of columns) {
    let origin = one.of;
    while (found.has(origin)) origin += '+';
    found.set(origin, one);
  }
  return found;
}

/**
 * One value or the other, by which side a row comes from. That is a condition on the row, unless it is the same field on both sides, or a row
 * of another input.
 */
function eitherOf(one: Column, other: Column): Column {
  const [ones, others] = [one, other].map(({ plain, oneOf }) => oneOf ?? (plain === undefined ? undefined : [plain]));
  const both = together([one, other]);
  if (!both.raw) return both;
  const tableOf = (source: Source): string => source.split('.')[0] ?? '';
  const alike = ones !== undefined && others?.every((b) => ones.every((a) => a === b || tableOf(a) !== tableOf(b))) === true;
  return alike ? { ...both, oneOf: [...new Set([...ones, ...others])] } : { ...both, free: true };
}
