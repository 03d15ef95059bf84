import type { Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { EntityTarget, ObjectLiteral } from 'typeorm';

/** What a person may see of plans and runs, newest first: their unit's, what their organisation provided, what is under their authority. */
export async function pageWithin<Row extends ObjectLiteral & { id: string }>(
  tx: Tx,
  entity: EntityTarget<Row>,
  reach: Reach,
  filter: Readonly<Record<string, unknown>>,
  request: PageRequest,
): Promise<Page<Row>> {
  const limit = Math.min(Math.max(request.limit ?? 50, 1), 200);
  const query = managerOf(tx)
    .createQueryBuilder(entity, 'row')
    .where(
      '(:everything OR row.unitId = ANY(:organisations) OR row.providerId = ANY(:organisations) OR row.authorityId = ANY(:authorities))',
      {
        everything: reach.everything,
        organisations: reach.unitIds,
        authorities: reach.authorityIds,
      },
    )
    .orderBy('row.id', 'DESC')
    .limit(limit + 1);
  for (const [name, value] of Object.entries(filter)) {
    if (value === null) query.andWhere(`row.${name} IS NULL`);
    else if (value !== undefined) query.andWhere(`row.${name} = :${name}`, { [name]: value });
  }
  if (request.cursor !== undefined) query.andWhere('row.id < :cursor', { cursor: Buffer.from(request.cursor, 'base64url').toString() });
  const rows = await query.getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? Buffer.from(last.id).toString('base64url') : null };
}
