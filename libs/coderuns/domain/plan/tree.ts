/**
 * A bound query as DuckDB's binder understood it, in our own terms: every column is a position in what stands below, and only what is
 * listed here can be said. What is analysed and what runs over raw data are both made from this, and from nothing else.
 */

/** A value computed for each row of what stands below. */
export type Expression =
  | { readonly is: 'column'; readonly at: number }
  /** A literal of the code, as SQL. */
  | { readonly is: 'constant'; readonly sql: string }
  | { readonly is: 'cast'; readonly of: Expression; readonly type: string; readonly tries: boolean }
  | { readonly is: 'call'; readonly name: string; readonly of: readonly Expression[] }
  | { readonly is: 'compare'; readonly by: Comparison; readonly of: readonly [Expression, Expression] }
  | { readonly is: 'logic'; readonly by: Logic; readonly of: readonly Expression[] }
  | { readonly is: 'case'; readonly when: readonly (readonly [Expression, Expression])[]; readonly otherwise: Expression };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS NOT DISTINCT FROM' | 'IS DISTINCT FROM';
export type Logic = 'AND' | 'OR' | 'NOT' | 'IS NULL' | 'IS NOT NULL' | 'IN' | 'NOT IN' | 'COALESCE';

/** What is computed over the rows of one group. */
export interface Measure {
  readonly name: string;
  readonly of: readonly Expression[];
  readonly distinct: boolean;
  readonly filter?: Expression;
  /** Of quantiles: fractions from 0 to 1, as SQL; a list where the code gave a list. */
  readonly fractions?: { readonly list: boolean; readonly values: readonly string[] };
}

export interface Order {
  readonly by: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** What is computed over the rows around one. */
export interface WindowMeasure {
  readonly name: string;
  readonly of: readonly Expression[];
  readonly distinct: boolean;
  readonly partitions: readonly Expression[];
  readonly orders: readonly Order[];
  /** As SQL, or nothing where it is the standard's default. */
  readonly frame?: string;
}

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI' | 'MARK';

export type Relation =
  /** The columns of an input, by name; empty for one that nothing may refer to. */
  | { readonly is: 'input'; readonly table: string; readonly columns: readonly string[] }
  /** Rows that the code itself writes out; one of no column where it reads no table. */
  | { readonly is: 'values'; readonly rows: readonly (readonly Expression[])[] }
  /** Whole numbers between bounds that are literals. */
  | { readonly is: 'series'; readonly name: string; readonly bounds: readonly Expression[] }
  | { readonly is: 'filter'; readonly from: Relation; readonly where: readonly Expression[] }
  | { readonly is: 'project'; readonly from: Relation; readonly columns: readonly Expression[] }
  /** Its columns: keys, measures, then one number for each `grouping()`. */
  | {
      readonly is: 'group';
      readonly from: Relation;
      readonly keys: readonly Expression[];
      /** Grouping sets by positions of keys; one of all of them where the code says nothing. */
      readonly sets: readonly (readonly number[])[];
      readonly measures: readonly Measure[];
      readonly groupings: readonly (readonly number[])[];
    }
  /** The columns below, then one for each window. */
  | { readonly is: 'window'; readonly from: Relation; readonly windows: readonly WindowMeasure[] }
  /** Left columns, then right ones; `SEMI` and `ANTI` the left alone, `MARK` the left and one truth value. */
  | {
      readonly is: 'join';
      readonly kind: JoinKind;
      readonly left: Relation;
      readonly right: Relation;
      readonly on: readonly JoinCondition[];
    }
  | { readonly is: 'set'; readonly by: 'UNION' | 'EXCEPT' | 'INTERSECT'; readonly all: boolean; readonly of: readonly [Relation, Relation] }
  | { readonly is: 'distinct'; readonly from: Relation }
  | { readonly is: 'order'; readonly from: Relation; readonly by: readonly Order[] }
  | { readonly is: 'limit'; readonly from: Relation; readonly rows: number | null; readonly skip: number | null }
  /** A common table, and what may read it by its number. */
  | { readonly is: 'common'; readonly number: number; readonly table: Relation; readonly from: Relation }
  | { readonly is: 'common-table'; readonly number: number; readonly width: number };

export interface JoinCondition {
  readonly left: Expression;
  readonly by: Comparison;
  readonly right: Expression;
}

/** How many columns a relation has. */
export function widthOf(relation: Relation): number {
  switch (relation.is) {
    case 'input':
      return relation.columns.length;
    case 'values':
      return relation.rows[0]?.length ?? 0;
    case 'series':
      return 1;
    case 'project':
      return relation.columns.length;
    case 'group':
      return relation.keys.length + relation.measures.length + relation.groupings.length;
    case 'window':
      return widthOf(relation.from) + relation.windows.length;
    case 'join':
      return joinWidth(relation.kind, widthOf(relation.left), widthOf(relation.right));
    case 'set':
      return widthOf(relation.of[0]);
    case 'common-table':
      return relation.width;
    case 'filter':
    case 'distinct':
    case 'order':
    case 'limit':
    case 'common':
      return widthOf(relation.from);
  }
}
const joinWidth = (kind: JoinKind, left: number, right: number): number =>
  kind === 'SEMI' || kind === 'ANTI' ? left : kind === 'MARK' ? left + 1 : left + right;

export function childrenOf(of: Relation): readonly Relation[] {
  switch (of.is) {
    case 'input':
    case 'values':
    case 'series':
    case 'common-table':
      return [];
    case 'join':
      return [of.left, of.right];
    case 'set':
      return of.of;
    case 'common':
      return [of.table, of.from];
    default:
      return [of.from];
  }
}

/** Whether its rows are the code's own: it reads no input. */
export const isOpen = (of: Relation): boolean => of.is !== 'input' && of.is !== 'common-table' && childrenOf(of).every(isOpen);
