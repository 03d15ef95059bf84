import { isInstant, type Id } from '#kernel';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { refuse } from './refusals.js';

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page, or null at the end. */
  readonly next: string | null;
}
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** @returns 1 to 200, 50 where nothing is asked. */
export const limitOf = ({ limit }: PageRequest): number => Math.min(Math.max(limit ?? 50, 1), 200);

/** The one encoding of cursors: what the last item of a page is ordered by, which callers take as it is. */
const cursorOf = (key: string): string => Buffer.from(key).toString('base64url');

const isId = (key: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(key);
/** Exactly what lists of each kind hand out: whatever else decodes to something is as little a cursor as what does not. */
const shapes = {
  id: isId,
  moment: (key: string) => isInstant(key.slice(0, -37)) && key.at(-37) === ' ' && isId(key.slice(-36)),
  line: (key: string) => /^[1-9]\d{0,14}$/.test(key),
} as const;

/** @throws Refusal `http.invalid-input` (400) for what is no cursor of ours. */
export function keyOf({ cursor }: PageRequest, shape: keyof typeof shapes = 'id'): string | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (shapes[shape](key) && cursorOf(key) === cursor) return key;
  throw refuse('http.invalid-input', { problems: [{ path: 'query.cursor', rule: 'format', message: 'not a cursor of this list' }] });
}

/** @param rows one more than the page holds, where there are more. @param keyed what an item is ordered by. */
export function pageFrom<T>(rows: readonly T[], limit: number, keyed: (item: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(keyed(last)) : null };
}

/** A page of what is held whole, newest first: of parts of one object of which some are not shown to everybody. */
export function pageWithin<T extends { readonly id: Id }>(all: readonly T[], request: PageRequest): Page<T> {
  const limit = limitOf(request);
  const before = keyOf(request);
  const newest = all.filter(({ id }) => before === undefined || id < before).sort((a, b) => (a.id < b.id ? 1 : -1));
  return pageFrom(newest.slice(0, limit + 1), limit, ({ id }) => id);
}

/** A page of a query whose rows are called `row`, newest first: ids are by time, and no two are equal. */
export async function pageOf<Row extends ObjectLiteral & { id: Id }>(
  query: SelectQueryBuilder<Row>,
  request: PageRequest,
): Promise<Page<Row>> {
  const limit = limitOf(request);
  const before = keyOf(request);
  if (before !== undefined) query.andWhere('row.id < :before', { before });
  const rows = await query
    .orderBy('row.id', 'DESC')
    .limit(limit + 1)
    .getMany();
  return pageFrom(rows, limit, ({ id }) => id);
}
