import { derive, union, type Column, type Grain, type Holder, type Identity, type Shape } from './shape.js';
import type { Expression } from './tree.js';

/** A relation as a common table of ours, by its name, with its columns as `c0…` and its holders' columns beside them. */
export interface Compiled {
  readonly name: string;
  readonly shape: Shape;
}

/** Common tables in order, each reading those before it. */
export class Tables {
  readonly texts: string[] = [];
  private count = 0;

  add(sql: string, shape: Shape, kept = false): Compiled {
    const name = this.fresh('t');
    this.texts.push(`${name} AS ${kept ? 'MATERIALIZED ' : ''}(${sql})`);
    return { name, shape };
  }
  fresh(prefix: string): string {
    this.count += 1;
    return `${prefix}${String(this.count)}`;
  }
}

/** A list of what is selected; a table of no column has one that nothing refers to. */
export const listed = (texts: readonly string[]): string => texts.join(', ') || '1 AS nothing';

export const hidden = (holders: readonly Holder[], of?: string): readonly string[] =>
  holders.flatMap(({ columns }) => columns.map(({ name }) => (of === undefined ? name : `${of}.${name} AS ${name}`)));

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
