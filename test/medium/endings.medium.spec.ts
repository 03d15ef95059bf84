import { sha256 } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contexts } from '../../apps/composition/contexts.js';
import type { ActSpec } from '../../libs/platform/http/act.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { inDays, ok, openOperating, type Operating } from '../support/operating.js';
import { actsOf, belongs, call, ruled, somethingOf } from '../support/ruled-acts.js';

let medium: Medium;
let acts: ReadonlyMap<string, ActSpec>;
let provider: Caller;
/** An authorisation whose termination is certified, and one whose domain was destroyed with it. */
let over: Operating;
let open: Operating;
const rows = new Map<string, string>();

beforeAll(async () => {
  medium = await openMedium({
    // No cluster: what a domain would hold there is not asked for, since none is made.
    contexts: contexts.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context)),
    worker: true,
  });
  acts = actsOf(medium);
  over = await openOperating(medium);
  open = await openOperating(medium);
  provider = await medium.person(await medium.organisation('provider'), ['provider']);
  const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };
  const body = { authorisationId: over.authorisationId, ground: 'policy-change', decision };
  const { id } = ok(await over.authority.post('/terminations', body));
  const reaches = (state: string) =>
    medium.until(
      async () => ok<{ state: string }>(await medium.security.get(`/terminations/${id}`)).state === state && state,
      `the termination to be ${state}`,
      120,
    );
  await reaches('inventoried');
  ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
  ok(await medium.security.post(`/terminations/${id}/destructions`, {}));
  await reaches('certified');
  rows.set('authorisation', over.authorisationId).set('scenario', over.scenarioId).set('termination', id);
  for (const kind of Object.keys(belongs)) if (!rows.has(kind)) rows.set(kind, await somethingOf(medium, kind, over));
  await medium.sql(
    `INSERT INTO platform.endings (kind, id, stage, at, unit_id, authority_id) VALUES ('domain', $1, 'ended', now(), $2, $3)`,
    [rows.get('domain'), over.unitId, over.authorityId],
  );
}, 600_000);
afterAll(() => medium.close());

function callerFor({ roles }: ActSpec): Caller {
  const callers: Partial<Record<string, Caller>> = {
    ...{ authority: over.authority, 'unit-manager': over.manager, 'unit-developer': over.developer, provider },
    ...{ 'security-admin': medium.security, 'platform-operator': medium.operator, 'audit-admin': medium.auditor },
  };
  const role = typeof roles === 'string' ? 'unit-manager' : roles.find((one) => callers[one] !== undefined);
  const caller = role === undefined ? undefined : callers[role];
  if (caller === undefined) throw new Error(`nobody of this test is ${String(roles)}`);
  return caller;
}

const took: number[] = [];

describe('after the certificate', () => {
  it.each(ruled)('$action is refused at once, and writes nothing', async ({ action, rule }) => {
    const spec = acts.get(action);
    if (spec === undefined) throw new Error(`no route is ${action}`);
    const id = rows.get(rule.kind ?? 'authorisation') ?? '';
    const [since, from] = [new Date().toISOString(), performance.now()];
    const caller = callerFor(spec);
    const answer = await call(spec, rule, id, caller);
    took.push(performance.now() - from);
    // A provider that is no party to the row is not told what has ended above it.
    if (caller === provider)
      expect(answer.body).toMatchObject({ code: expect.stringMatching(/\.(ended|not-found|authorisation-not-in-force)$/) });
    else expect(answer).toMatchObject({ status: 409, body: { code: expect.stringMatching(/^(authorisation|scenario|domain)\.ended$/) } });
    const written = `SELECT 1 FROM platform.journal WHERE action = $1 AND outcome = 'done' AND recorded_at >= $2`;
    expect(await medium.sql(written, [action, since])).toEqual([]);
  });

  it('each of them was answered at once: half within a second, on a slow machine all within thirty', () => {
    const sorted = [...took].sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(1_000);
    expect(sorted.at(-1)).toBeLessThan(30_000);
  });

  it('what is read still says what it is', async () => {
    expect(ok<{ state: string }>(await over.authority.get(`/authorisations/${over.authorisationId}`)).state).toBe('terminated');
    expect(ok<{ state: string }>(await over.authority.get(`/scenarios/${over.scenarioId}`)).state).toBe('ended');
  });

  it('another unit is not told that something ended: for it there is no such thing [ISO-02]', async () => {
    const { status } = await open.manager.post(`/scenarios/${over.scenarioId}/stops`, { reason: '误报' });
    expect([403, 404]).toContain(status);
  });

  it('what has not ended goes on', async () => {
    const stopped = await open.authority.post(`/scenarios/${open.scenarioId}/stops`, { reason: '核查' });
    expect(stopped.body).not.toMatchObject({ code: expect.stringMatching(/\.ended$/) });
  });

  it('a scenario that ends alone refuses what begins under it, while others of its authorisation go on [SUSP-05]', async () => {
    ok(await open.authority.post(`/scenarios/${open.scenarioId}/endings`, { reason: '场景终止' }));
    const seat = { personId: open.developer.personId, scenarioId: open.scenarioId, clause: '第四条', endsOn: inDays(30) };
    expect((await open.manager.post('/seats', seat)).body).toMatchObject({ code: 'scenario.ended' });
    expect((await open.authority.post(`/scenarios/${open.scenarioId}/stops`, { reason: '再停' })).body).toMatchObject({
      code: 'scenario.ended',
    });
  });
});
