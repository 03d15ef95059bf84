import type { Id } from '#kernel';
import type { Page, PageRequest } from '#platform/database';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/** A page of rows that are never changed, newest first (ids are by time). The query's row is named `row`. */
export async function pageOfIds<Row extends ObjectLiteral & { id: Id }>(
  query: SelectQueryBuilder<Row>,
  request: PageRequest,
): Promise<Page<Row>> {
  const limit = request.limit ?? 50;
  if (request.cursor !== undefined) query.andWhere('row.id < :cursor', { cursor: Buffer.from(request.cursor, 'base64url').toString() });
  const rows = await query
    .orderBy('row.id', 'DESC')
    .limit(limit + 1)
    .getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? Buffer.from(last.id).toString('base64url') : null };
}
