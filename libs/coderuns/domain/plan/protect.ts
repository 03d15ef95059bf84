import { sqlName } from '#kernel';
import { refuse } from '../refusals.js';
import { Compiler, type Facts } from './compile.js';
import { listed } from './compiled.js';
import { aboutMap, heldBack, sealedMap, type Sealed } from './sealing.js';
import { withTablesInPlace } from './inline.js';
import { selectionsOf, type Selections } from './selections.js';
import type { Grain } from './shape.js';
import { column } from './sql-text.js';
import type { Relation } from './tree.js';
import type { Derivation } from '../derivation.js';

export interface Protected {
  readonly grain: Grain;
  /** What runs over raw data in the code's place; nothing where its rows are single subjects', which no group protects. */
  readonly sql?: string;
  /** The same, with a sealed map of who stands behind its cells beside it. */
  readonly sealed?: Sealed;
  /** Where some groups are totals of others: the same with the finest ones alone, for where totals together give something away. */
  readonly finest?: { readonly sql: string; readonly sealed: Sealed };
  /** One a column of the result, in order. */
  readonly derivations: readonly Derivation[];
  /** Whom it may single out. */
  readonly selections?: Selections;
}

/**
 * What a bound query is when it runs over raw data: its groups enforced, its rows in the order of their values, so that neither their
 * number nor their order tells what no cell does.
 * @param names of the result's columns, as the code has them
 * @param runs whether it is to run, so that it is also asked whom it singles out
 */
export function protect(relation: Relation, names: readonly string[], facts: Facts, runs = true): Protected {
  const placed = withTablesInPlace(relation);
  const compiler = new Compiler(facts);
  const { name, shape } = compiler.compile(placed);
  if (shape.columns.length !== names.length) throw refuse('coderuns.operator-not-allowed', { operator: 'columns' });
  const derivations = shape.columns.map(({ raw, grouped, sources }) => ({
    raw,
    grouped,
    sources: [...sources].map((source) => {
      const [table = '', ...rest] = source.split('.');
      return { table, column: rest.join('.') };
    }),
  }));
  if (shape.grain === 'rows') return { grain: 'rows', derivations };
  const result = names.map((one, at) => `${column(at)} AS ${sqlName(one)}`);
  const select = (from: string): string => `SELECT ${listed(result)} FROM ${from} ORDER BY ALL`;
  const sealed = (finestAlone: boolean): Sealed => {
    const sealing = new Compiler(facts, true, finestAlone);
    const last = sealing.compile(placed);
    const { tables } = sealing;
    const whole = tables.share(`SELECT * FROM ${last.name}`, last.shape);
    return {
      before: tables.statements(),
      sql: tables.over(select(whole.name)),
      map: sealedMap(tables, whole),
      held: heldBack(tables),
      about: aboutMap(tables, facts.rule),
    };
  };
  const finestSql = (): string => {
    const alone = new Compiler(facts, false, true);
    return alone.tables.over(select(alone.compile(placed).name));
  };
  const finest = runs && compiler.tables.totals ? { finest: { sql: finestSql(), sealed: sealed(true) } } : {};
  const protectedCode = { grain: shape.grain, sql: compiler.tables.over(select(name)), sealed: sealed(false), derivations, ...finest };
  return runs ? { ...protectedCode, selections: selectionsOf(placed, facts) } : protectedCode;
}
