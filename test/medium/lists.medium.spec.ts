import { newId } from '#kernel';
import { RouteTable } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ActSpec } from '../../libs/platform/http/act.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { ok, openOperating, type Operating } from '../support/operating.js';

let medium: Medium;
let at: Operating;
let callers: Readonly<Record<string, Caller>>;
let lists: readonly ActSpec[];
beforeAll(async () => {
  medium = await openMedium();
  at = await openOperating(medium);
  const provider = await medium.person(await medium.organisation('provider'), ['provider']);
  callers = {
    authority: at.authority,
    'platform-operator': medium.operator,
    'security-admin': medium.security,
    'audit-admin': medium.auditor,
    'unit-manager': at.manager,
    'unit-developer': at.developer,
    provider,
  };
  lists = medium.app
    .get(RouteTable)
    .acts(medium.platform.actions)
    .filter(
      ({ method, response }) =>
        method === 'GET' && response instanceof z.ZodObject && 'items' in response.shape && 'next' in response.shape,
    );
}, 240_000);
afterAll(() => medium.close());

const mayAsk = ({ roles }: ActSpec): Caller[] =>
  Object.entries(callers).flatMap(([role, caller]) => (!Array.isArray(roles) || (roles as string[]).includes(role) ? [caller] : []));

/** The list of what stands in this world, or of something that it has not; with what the list asks for besides. */
function pathOf({ path, query }: ActSpec): string {
  const known: Readonly<Record<string, string>> = { authorisations: at.authorisationId, people: at.developer.personId };
  const named = path.replace(/^\/([\w-]+)\/:id/, (_, of: string) => `/${of}/${known[of] ?? newId()}`);
  const asked = query instanceof z.ZodObject ? Object.entries(query.shape) : [];
  const needed = asked.filter(([, schema]) => !schema.safeParse(undefined).success).map(([name]) => `${name}=${at.authorisationId}`);
  return `${named}?${[...needed, 'limit='].join('&')}`;
}
/** The few that are answered whole. */
const isPaged = ({ query }: ActSpec): boolean => query instanceof z.ZodObject && 'limit' in query.shape && 'cursor' in query.shape;
interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
  readonly code?: string;
}
/** As callers get it from each kind of list: of an id, of a moment and an id, of a line. */
const cursors = [newId(), `2026-01-01T00:00:00.000Z ${newId()}`, '1'].map((key) => Buffer.from(key).toString('base64url'));

describe('every list of the API', () => {
  it('is read one by one by its cursor, each item once, to its end', async () => {
    const followed = new Map<string, number>();
    for (const spec of lists)
      for (const caller of mayAsk(spec)) {
        const path = pathOf(spec);
        let answer = await caller.get<Page>(`${path}1`);
        if (answer.status === 404 && spec.path.includes(':id')) continue;
        const seen: string[] = [];
        for (;;) {
          expect([spec.path, answer.status, answer.body.code]).toEqual([spec.path, 200, undefined]);
          seen.push(...answer.body.items.map((item) => JSON.stringify(item)));
          if (isPaged(spec)) expect(answer.body.items.length).toBeLessThanOrEqual(1);
          else expect(answer.body.next).toBeNull();
          if (answer.body.next === null || seen.length >= 6) break;
          answer = await caller.get<Page>(`${path}1&cursor=${encodeURIComponent(answer.body.next)}`);
        }
        expect([spec.path, new Set(seen).size]).toEqual([spec.path, seen.length]);
        followed.set(spec.path, Math.max(followed.get(spec.path) ?? 0, seen.length));
      }
    expect(lists.length).toBeGreaterThan(30);
    expect([...followed.values()].filter((pages) => pages > 1).length).toBeGreaterThan(6);
  });

  it('takes a cursor of its own shape although what it named is gone, and refuses every other', async () => {
    for (const spec of lists) {
      const [caller] = mayAsk(spec);
      if (caller === undefined) continue;
      const path = pathOf(spec);
      if ((await caller.get(`${path}1`)).status === 404) continue;
      const answers = [];
      for (const cursor of cursors) answers.push((await caller.get<Page>(`${path}1&cursor=${cursor}`)).status);
      const taken = answers.filter((status) => status === 200).length;
      expect([spec.path, answers.filter((status) => status !== 200 && status !== 400)]).toEqual([spec.path, []]);
      expect([spec.path, !isPaged(spec) || taken === 1]).toEqual([spec.path, true]);
    }
  });

  it('of what stands within one object is read by pages as well', async () => {
    const person = await medium.person(at.unitId, ['unit-developer']);
    const path = `/people/${person.personId}/locks`;
    for (let n = 0; n < 3; n += 1) {
      const { id } = ok(await medium.security.post(path, { ground: 'drill', reason: '演练' }));
      ok(await at.authority.post(`${path}/${id}/lifts`, { reason: '演练结束' }));
    }
    const all = ok<{ items: { id: string }[] }>(await at.authority.get(path)).items.map(({ id }) => id);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = ok<{ items: { id: string }[]; next: string | null }>(await at.authority.get(`${path}?limit=1${cursor}`));
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    expect([all.length, seen]).toEqual([3, all]);
  });

  it('answers every forged cursor alike, whatever it decodes to', async () => {
    const forged = [
      ...['', ' ', 'x', '0', '-1', '1e3', '00000000000000000001', '9'.repeat(16), '-'.repeat(36), `${newId()} `, newId().toUpperCase()],
      ...['0000-01-01T00:00:00.000Z', '2026-13-01T00:00:00.000Z', '2026-02-30T00:00:00.000Z', '2026-01-01T25:00:00.000Z'].map(
        (at) => `${at} ${newId()}`,
      ),
      ...[`2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`, `2026-01-01T00:00:00Z ${newId()}`, '\0'],
    ].map((key) => Buffer.from(key).toString('base64url') || '_');
    for (const spec of lists.filter(isPaged)) {
      const [caller] = mayAsk(spec);
      if (caller === undefined) continue;
      const path = pathOf(spec);
      if ((await caller.get(`${path}1`)).status === 404) continue;
      for (const cursor of [...forged, newId(), `${cursors[0] ?? ''}=`, '%00'])
        expect([spec.path, cursor, (await caller.get<Page & { details: unknown }>(`${path}1&cursor=${cursor}`)).body]).toMatchObject([
          spec.path,
          cursor,
          { status: 400, code: 'http.invalid-input', details: { problems: [{ path: expect.stringMatching(/^query(\.cursor)?$/) }] } },
        ]);
    }
  });
});
