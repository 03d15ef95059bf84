import { z } from 'zod';
import { CommandEnded } from '../exit-codes.js';
import type { ApiClient } from './client.js';
import type { Operation } from './operations.js';

/** Lists that name what an id stands for, and the members that hold such ids. */
const sources = [
  { path: '/api/v1/organisations', members: /^(?:unitId|organisationId|authorityId|providerId|parentId|affiliateIds)$/ },
  { path: '/api/v1/datasets', members: /^datasetId$/ },
  { path: '/api/v1/people', members: /^(?:personId|requesterId|reviewerId|[a-z]+By)$/ },
] as const;
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const page = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })), next: z.string().nullable() });
const self = z.object({ roles: z.array(z.string()) });
/** Lists are read so far and no further: a name is a convenience. */
const mostPages = 5;

/**
 * Names of what the ids of an answer stand for, from the lists that the reader may see; each is read once. A list that their roles do not open
 * is not asked for: every refusal would stand in the audit log as an act of theirs.
 */
export async function namesIn(answer: unknown, client: ApiClient, operations: readonly Operation[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const held = idsIn(answer);
  let roles: readonly string[] | undefined;
  for (const { path, members } of sources) {
    const wanted = new Set(held.filter(({ member, id }) => members.test(member) && !names.has(id)).map(({ id }) => id));
    const list = operations.find((one) => one.method === 'GET' && one.path === path);
    if (wanted.size === 0 || list === undefined) continue;
    try {
      if (!list.roles.includes('signed-in')) {
        roles ??= self.parse(await (await client.call({ method: 'GET', path: '/api/v1/people/self' })).json()).roles;
        if (!list.roles.some((role) => roles?.includes(role))) continue;
      }
      await readInto(names, wanted, client, path);
    } catch (fault) {
      // Without names the answer is still one.
      if (!(fault instanceof CommandEnded || fault instanceof z.ZodError)) throw fault;
    }
  }
  return names;
}

async function readInto(names: Map<string, string>, wanted: Set<string>, client: ApiClient, path: string): Promise<void> {
  let cursor: string | null = null;
  for (let pages = 0; pages < mostPages && wanted.size > 0; pages += 1) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { items, next } = page.parse(await (await client.call({ method: 'GET', path: `${path}?limit=100${query}` })).json());
    for (const { id, name } of items) if (wanted.delete(id)) names.set(id, name);
    if (next === null) return;
    cursor = next;
  }
}

function idsIn(value: unknown, member = ''): { readonly member: string; readonly id: string }[] {
  if (typeof value === 'string') return uuid.test(value) ? [{ member, id: value }] : [];
  if (Array.isArray(value)) return value.flatMap((one) => idsIn(one, member));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => idsIn(one, name));
}
