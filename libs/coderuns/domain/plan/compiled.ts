import { derive, union, type Column, type Grain, type Identity, type Shape, type Source } from './shape.js';
import type { Expression } from './tree.js';
import type { SealedNode } from './sealing.js';

/** A relation as a common table of ours, by its name, with its columns as `c0…` and its holders' columns beside them. */
export interface Compiled {
  readonly name: string;
  readonly shape: Shape;
}

/** Common tables in order, each reading those before it. */
export class Tables {
  private readonly parts: { readonly name: string; readonly sql: string; readonly kept: boolean; readonly shared: boolean }[] = [];
  /** What is sealed of each relation of groups. */
  readonly nodes: SealedNode[] = [];
  /** How much of each is held back, each as a SELECT of one row in the columns of `heldBackColumns`. */
  readonly held: string[] = [];
  /** Relations of groups of which something was made that no longer says of which of its cells: all of them may be shown by it. */
  readonly blended = new Set<number>();
  /** Whether some groups are totals of others. */
  totals = false;
  private count = 0;

  /** @param seals whether beside the result a map of who stands behind its cells is made */
  constructor(
    readonly seals = false,
    /** Fields of which figures leave rounded. */
    readonly rounded: ReadonlySet<Source> = new Set(),
    /** Whether of groups with totals over them only the finest are shown. */
    readonly finestAlone = false,
  ) {}

  add(sql: string, shape: Shape, kept = false): Compiled {
    return this.put({ sql, kept, shared: false }, shape);
  }
  /** Read by the result and, where there is one, by its map: then it is computed once for both. */
  share(sql: string, shape: Shape): Compiled {
    return this.put({ sql, kept: true, shared: this.seals }, shape);
  }
  private put(part: { readonly sql: string; readonly kept: boolean; readonly shared: boolean }, shape: Shape): Compiled {
    const name = this.fresh('t');
    this.parts.push({ name, ...part });
    return { name, shape };
  }
  /** The shape of what is made of the relation without keeping which cells a row is of. */
  blend(of: Shape): Shape {
    const { origins = [], ...shape } = of;
    for (const { node } of origins) this.blended.add(node);
    return shape;
  }
  /** A query that may read all of them. */
  over(sql: string, parts = this.parts): string {
    const texts = parts.flatMap((one) => (one.shared ? [] : [`${one.name} AS ${one.kept ? 'MATERIALIZED ' : ''}(${one.sql})`]));
    return `${texts.length === 0 ? '' : `WITH ${texts.join(',\n')}\n`}${sql}`;
  }
  /** The shared ones as statements, to be run before. */
  statements(): readonly string[] {
    return this.parts.flatMap(({ name, sql, shared }, at) =>
      shared ? [`CREATE TEMP TABLE ${name} AS ${this.over(sql, this.parts.slice(0, at))}`] : [],
    );
  }
  fresh(prefix: string): string {
    this.count += 1;
    return `${prefix}${String(this.count)}`;
  }
}

/** A list of what is selected; a table of no column has one that nothing refers to. */
export const listed = (texts: readonly string[]): string => texts.join(', ') || '1 AS nothing';

/** Our own columns that go along with rows. */
export const hidden = ({ holders, origins = [] }: Pick<Shape, 'holders' | 'origins'>, of?: string): readonly string[] =>
  [
    ...holders.flatMap(({ columns, strands }) => [...columns.map(({ name }) => name), ...strands.flatMap(({ by, row }) => [by, row])]),
    ...origins.map(({ column }) => column),
  ].map((name) => (of === undefined ? name : `${of}.${name} AS ${name}`));

/** The shape where these expressions also decide which rows there are. */
export const flowing = (shape: Shape, by: readonly Expression[]): Shape => ({
  ...shape,
  flows: union(shape.flows, ...by.map((one) => derive(one, shape.columns).sources)),
});

export const coarsest = (left: Grain, right: Grain): Grain =>
  left === 'rows' || right === 'rows' ? 'rows' : left === 'groups' || right === 'groups' ? 'groups' : 'open';

/** The same column, with this identity or with none. */
export function identifiedBy({ identity: _, ...column }: Column, identity: Identity | undefined): Column {
  return identity === undefined ? column : { ...column, identity };
}
