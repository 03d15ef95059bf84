import { dayOf, systemClock } from '#kernel';
import { RouteTable } from '#platform/http';
import { z } from 'zod';
import { contexts } from '../../apps/composition/contexts.js';
import { openDelivered, type Delivered } from '../support/delivered.js';
import type { Caller } from '../support/medium.js';
import { inDays } from '../support/operating.js';

/** An installation at work that is asked with what its own description allows, and the people who ask. */
export interface FuzzedWorld {
  /** Where it listens, e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Tokens by role. */
  readonly people: Readonly<Record<string, string>>;
  /** Ids of what is there, by the collection of the API. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  close(): Promise<void>;
}

/**
 * With data delivered, a plan and a seat, and its worker at rest: what is shown is how the API answers. `people` are some whom nobody
 * acts for, so that whoever is locked or loses a role is none of those who ask.
 */
export async function openFuzzedWorld(): Promise<FuzzedWorld> {
  const at = await openDelivered(
    undefined,
    contexts.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context)),
  );
  const { medium, operating } = at;
  await at.propose();
  await medium.endWorker();
  const mandate = { kind: 'mandate', organisationId: operating.unitId, from: dayOf(systemClock.now()), until: inDays(90) };
  const evaluator = await medium.person(await medium.organisation('evaluator'), ['evaluator'], mandate);
  const callers: Readonly<Record<string, Caller>> = {
    'platform-operator': medium.operator,
    'security-admin': medium.security,
    'audit-admin': medium.auditor,
    authority: operating.authority,
    provider: at.steward,
    'unit-manager': operating.manager,
    'unit-developer': operating.developer,
    'export-reviewer': at.reviewer,
    evaluator,
  };
  const bystanders = [
    await medium.person(operating.unitId, ['unit-developer']),
    await medium.person(operating.unitId, []),
    await medium.person(operating.authorityId, ['authority']),
  ];
  const people: Record<string, string> = {};
  for (const [role, caller] of Object.entries(callers)) people[role] = await caller.token();
  const ids = { ...(await idsOf(at, Object.values(callers))), people: bystanders.map(({ personId }) => personId) };
  return { url: await medium.app.getUrl(), people, ids, close: () => at.close() };
}

/** What the lists of the API show to these people. */
async function idsOf({ medium }: Delivered, callers: readonly Caller[]): Promise<Record<string, string[]>> {
  const lists = medium.app
    .get(RouteTable)
    .acts(medium.platform.actions)
    .filter(({ method, path, response }) => method === 'GET' && !path.includes(':') && response instanceof z.ZodObject);
  const ids: Record<string, string[]> = {};
  for (const { path } of lists) {
    const seen = new Set<string>();
    for (const caller of callers) {
      const { status, body } = await caller.get<{ readonly items?: readonly { readonly id?: unknown }[] }>(path);
      if (status === 200) for (const { id } of body.items ?? []) if (typeof id === 'string' && z.uuid().safeParse(id).success) seen.add(id);
    }
    if (seen.size > 0) ids[path.slice(1)] = [...seen].sort();
  }
  return ids;
}
