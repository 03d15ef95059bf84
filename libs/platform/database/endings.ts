import { sees, type ActContext, type Belonging, type EndKind, type EndStage, type Id, type Refusal, type Under } from '#kernel';
import type { EntityManager } from 'typeorm';
import { refuse } from './refusals.js';

export type Belongings = Readonly<Record<string, Belonging>>;

interface Found {
  readonly kind: EndKind;
  readonly id: Id;
  readonly stage: EndStage;
  readonly at: Date;
  readonly unit_id: Id;
  readonly authority_id: Id;
}
/** What bars an act, and whether the actor reaches what it is about and so may be told. */
export interface Barred {
  readonly refusal: Refusal;
  readonly seen: boolean;
}

/** Finds what has ended of the things that an act stands under, the widest first: an authorisation before its scenarios. */
export async function endedAbove(manager: EntityManager, context: ActContext, belongings: Belongings): Promise<Barred | undefined> {
  for (const under of context.under ?? []) {
    const found = await endingOf(manager, under, belongings);
    if (found === undefined) continue;
    const { kind, id, at, unit_id: unitId, authority_id: authorityId } = found;
    const refusal = refuse(`${kind}.ended`, { id, at: at.toISOString() });
    return { refusal, seen: sees(context.actor, { unitId, authorityId }, context.at) };
  }
  return undefined;
}

async function endingOf(manager: EntityManager, { kind, id, until }: Under, belongings: Belongings): Promise<Found | undefined> {
  const belonging = belongings[kind];
  if (belonging === undefined) return undefined;
  const above = Object.entries(belonging.columns).map(([of, column]) => `(e.kind = '${of}' AND e.id = t.${column})`);
  const [found]: Found[] = await manager.query(
    `SELECT e.kind, e.id, e.stage, e.at, e.unit_id, e.authority_id FROM ${belonging.table} t JOIN platform.endings e ON ${above.join(' OR ')}
     WHERE t.id = $1 AND ($2 = 'closing' OR e.stage = 'ended') ORDER BY e.kind LIMIT 1`,
    [id, until],
  );
  return found;
}

/** The scenario in which a thing stands; undefined where there is no such thing. @throws Error for a kind that stands in none */
export async function scenarioOf(
  manager: EntityManager,
  { kind, id }: { readonly kind: string; readonly id: Id },
  belongings: Belongings,
): Promise<Id | undefined> {
  const { table, columns } = belongings[kind] ?? {};
  if (table === undefined || columns?.scenario === undefined) throw new Error(`${kind} is not declared to stand in a scenario`);
  const [found]: { scenario: Id }[] = await manager.query(`SELECT ${columns.scenario} AS scenario FROM ${table} WHERE id = $1`, [id]);
  return found?.scenario;
}
