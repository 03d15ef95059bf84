import type { Id, Reach } from '#kernel';
import { type FindOptionsWhere, In, type ObjectLiteral } from 'typeorm';

interface Owned extends ObjectLiteral {
  unitId: Id;
  authorityId: Id;
}

/** Narrows a list to what its reader may see; an authority's region comes before organisations, and nobody's reach lists nothing. */
export function within<Row extends Owned>(reach: Reach, where: object): FindOptionsWhere<Row> {
  const given = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
  if (reach.everything) return given as FindOptionsWhere<Row>;
  if (reach.authorityIds.length > 0) return { ...given, authorityId: In([...reach.authorityIds]) } as FindOptionsWhere<Row>;
  const organisationIds = reach.unitIds.filter((id) => !('unitId' in given) || given['unitId'] === id);
  return { ...given, unitId: In(organisationIds) } as FindOptionsWhere<Row>;
}
