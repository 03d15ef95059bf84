import { refuse } from '../refusals.js';

/** An object of the plan's JSON. Numbers that JavaScript cannot hold are kept as their text. */
export interface Bound {
  readonly [member: string]: unknown;
}
export const isBound = (value: unknown): value is Bound => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads JSON without losing digits of whole numbers. */
export const exactly = (json: string): unknown =>
  JSON.parse(json, (_member, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && source !== undefined ? source : value,
  );

/** What the plan has and we do not list, by the name that DuckDB gives it. */
export const unlisted = (operator: unknown, at?: { readonly line: number; readonly column: number }) =>
  refuse('coderuns.operator-not-allowed', { operator: (typeof operator === 'string' ? operator : 'UNKNOWN').slice(0, 60), ...at });

export function part(of: Bound, member: string): Bound {
  const value = of[member];
  if (!isBound(value)) throw unlisted(of['type']);
  return value;
}
export function parts(of: Bound, member: string): readonly Bound[] {
  const value = of[member];
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) || !value.every(isBound)) throw unlisted(of['type']);
  return value;
}
export function word(of: Bound, member: string): string {
  const value = of[member];
  if (typeof value !== 'string') throw unlisted(of['type']);
  return value;
}
export function whole(of: Bound, member: string): number {
  const value = of[member];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unlisted(of['type']);
  return value;
}
/** Lists of positions, such as grouping sets. */
export function positions(value: unknown): readonly number[] {
  if (!Array.isArray(value) || !value.every((one) => Number.isSafeInteger(one) && one >= 0))
    throw unlisted('LOGICAL_AGGREGATE_AND_GROUP_BY');
  return value as number[];
}
/** A member that must hold nothing: what it would say is not listed. */
export function nothingIn(of: Bound, ...members: readonly string[]): void {
  for (const member of members) {
    const value = of[member];
    if (value === null || value === undefined || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw unlisted(`${String(of['type'])} ${member}`);
  }
}

/** How many objects a tree has, and how deep objects and lists stand in one another: a level of expressions takes two, a subquery about five. */
export function sizeOf(tree: unknown): { readonly nodes: number; readonly depth: number } {
  let depth = 0;
  let count = 0;
  const left: (readonly [value: unknown, depth: number])[] = [[tree, 1]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, at] = next;
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) count++;
    depth = Math.max(depth, at);
    for (const member of Object.values(value)) left.push([member, at + 1]);
  }
  return { nodes: count, depth };
}
