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
/** What has ended above an act, and whether the actor reaches it and so may be told. */
export interface Ended {
  readonly refusal: Refusal;
  readonly seen: boolean;
}

/** Finds what has ended of the things that an act stands under, the widest first: an authorisation before its scenarios. */
export async function endedAbove(manager: EntityManager, context: ActContext, belongings: Belongings): Promise<Ended | undefined> {
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
