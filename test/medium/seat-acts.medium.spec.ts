import { newId, sha256, systemAct, systemClock } from '#kernel';
import { RouteTable } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { worksInside, type ActSpec } from '../../libs/platform/http/act.js';
import { SeatsRepository } from '../../libs/seats/persistence/seats.repository.js';
import { WorkspacesRepository } from '../../libs/seats/persistence/workspaces.repository.js';
import { contexts } from '../../apps/composition/contexts.js';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, runOnRaw, seatHolder } from '../support/exporting.js';
import { type Answer, type Caller, type Medium, openMedium } from '../support/medium.js';

/** What a developer without a seat that works is answered, where the act declares that it needs none of the usual kind. */
const reviewed: Readonly<Record<string, string>> = {
  'POST /export-requests/:id/withdrawals': 'works',
  'POST /export-requests/:id/downloads': 'export.not-released',
  'POST /seats/:id/workspaces': 'seat.not-active',
  'GET /downloads/:id': 'export.link-unknown',
  'GET /audit/checkpoint': 'works',
  'GET /audit/keys': 'works',
  'GET /operations/:id/events': 'operation.not-found',
};

let medium: Medium;
let cast: Cast;
let scenarioId: string;
let acts: readonly ActSpec[];
let holder: Caller;
let seatless: Caller;
let known: Readonly<Record<string, string>>;

/** Everything that a developer's acts name, made by a holder whose seat works; a seatless colleague has things of their own. */
beforeAll(async () => {
  const composed = contexts.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context));
  medium = await openMedium({ contexts: composed, worker: true });
  acts = medium.app.get(RouteTable).acts(medium.platform.actions).filter(worksInside);
  cast = await openCast(medium);
  scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  const fields = [{ name: 'town', type: 'text', sensitive: false } as const];
  const { copyId } = await deliver(
    medium,
    cast,
    scenarioId,
    fields,
    Array.from({ length: 40 }, (_, n) => [`town-${String(n % 2)}`]),
  );
  holder = await seatHolder(medium, cast, scenarioId);
  seatless = await medium.person(cast.unit, ['unit-developer']);
  const sql = 'SELECT town, count(*) AS n FROM residents GROUP BY town';
  const codeRunId = await runOnRaw(medium, cast, holder, scenarioId, copyId, sql);
  const request = ok(
    await holder.post<{ id: string }>('/export-requests', { scenarioId, codeRunId, purpose: '信贷审批', recipient: '某银行' }),
  );
  const { submissionId } = ok(await holder.get<{ submissionId: string }>(`/code-runs/${codeRunId}`));
  const { id: planId } = ok(await cast.steward.post<{ id: string }>(`/dataset-copies/${copyId}/plan-proposals`, {}));
  const plan = await medium.until(async () => {
    const found = ok(await cast.steward.get<{ state: string; revision: number; digest: string }>(`/desensitisation-plans/${planId}`));
    return found.state === 'draft' && found;
  }, 'the plan');
  ok(await cast.steward.post(`/desensitisation-plans/${planId}/approvals`, { revision: plan.revision, digest: plan.digest }));
  const { items } = ok(await cast.officer.get<{ items: { id: string }[] }>(`/seats?personId=${holder.personId}`));
  await medium.until(async () => (await holder.get('/audit/checkpoint')).status === 200, 'a checkpoint', 60);
  known = { scenarioId, copyId, codeRunId, submissionId, planId, requestId: request.id, seatId: items[0]?.id ?? '' };
}, 300_000);
afterAll(() => medium.close());

/** The whole of each act, about things that are there. */
const asked = (): Readonly<Record<string, { readonly id?: string | undefined; readonly body?: unknown }>> => ({
  'POST /scenarios/:id/stops': { id: scenarioId, body: { reason: '核查' } },
  'POST /desensitisation-runs': { body: { planId: known['planId'] } },
  'POST /code-submissions': {
    body: {
      ...{ scenarioId, purpose: 'run', language: 'sql', title: '统计', sql: 'SELECT count(*) FROM residents' },
      inputs: [{ copyId: known['copyId'], as: 'residents' }],
    },
  },
  'POST /code-submissions/:id/trials': { id: known['submissionId'], body: {} },
  'POST /code-runs': { body: { submissionId: known['submissionId'] } },
  'POST /code-runs/:id/cancellations': { id: known['codeRunId'], body: {} },
  'POST /export-requests': {
    body: { scenarioId, codeRunId: known['codeRunId'], purpose: '信贷审批', recipient: '某银行' },
  },
  'POST /export-requests/:id/submissions': { id: known['requestId'], body: {} },
  'POST /export-requests/:id/repairs': { id: known['requestId'], body: {} },
  'POST /export-requests/:id/withdrawals': { id: known['requestId'], body: { reason: '不再需要' } },
  'POST /export-requests/:id/downloads': { id: known['requestId'], body: { fileId: newId() } },
  'POST /seats/:id/workspaces': { id: known['seatId'], body: { image: `opdomain/workspace@${sha256('none')}` } },
  'POST /workspaces/:id/closings': { id: known['workspaceId'], body: {} },
});
const routeOf = ({ method, path }: ActSpec): string => `${method} ${path}`;

async function answerTo(spec: ActSpec, by: Caller): Promise<string> {
  const { id, body } = asked()[routeOf(spec)] ?? {};
  const path = spec.path.replace(':id', id ?? newId());
  const answer: Answer = spec.method === 'GET' ? await by.get(path) : await by.post(path, body ?? {});
  return answer.status < 300 ? 'works' : String(answer.body['code']);
}
/** In the order that spends nothing before it was asked: what ends the request comes last. */
const inTurn = (): readonly ActSpec[] => [...acts].sort((a, b) => Number(/withdrawals/.test(a.path)) - Number(/withdrawals/.test(b.path)));
async function answers(by: Caller): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const spec of inTurn()) found[routeOf(spec)] = await answerTo(spec, by);
  return found;
}
const wanting = (code: string): Record<string, string> =>
  Object.fromEntries(acts.map((spec) => [routeOf(spec), reviewed[routeOf(spec)] ?? code]));

describe('every act of a developer that changes something or sends bytes', () => {
  it('declares the seat that it needs, and those that need none are the reviewed ones', () => {
    const none = acts.filter(({ seat }) => seat === undefined || 'none' in seat).map(routeOf);
    expect(none.sort()).toEqual(Object.keys(reviewed).sort());
    expect(
      acts
        .filter(({ seat }) => seat !== undefined && !('none' in seat))
        .map(routeOf)
        .sort(),
    ).toEqual(
      Object.keys(asked())
        .filter((route) => reviewed[route] === undefined)
        .sort(),
    );
  });

  it('is refused to a colleague of the unit who has no seat [SEAT-01]', async () => {
    known = { ...known, workspaceId: await workspace() };
    expect(await answers(seatless)).toEqual({
      ...wanting('seat.needed'),
      'POST /export-requests/:id/withdrawals': 'export.not-the-requester',
      'POST /export-requests/:id/downloads': 'export.not-the-requester',
      'POST /seats/:id/workspaces': 'workspace.not-own',
    });
  }, 60_000);

  it('names nothing to a developer of another unit', async () => {
    const elsewhere = await medium.person(await medium.organisation('unit', { parentId: cast.authority }), ['unit-developer']);
    const found = await answers(elsewhere);
    const told = Object.entries(found).filter(([route, code]) => route.includes(':id') && /seat\.(needed|not-active)/.test(code));
    expect(told).toEqual([]);
    expect(Object.entries(found).filter(([route, code]) => code === 'works' && reviewed[route] === undefined)).toEqual([]);
  }, 60_000);

  it('passes a seat that works, and a manager who has none [EMG-06]', async () => {
    const spec = acts.find((one) => routeOf(one) === 'POST /desensitisation-runs') as ActSpec;
    expect(await answerTo(spec, holder)).toBe('works');
    expect(await answerTo(spec, cast.manager)).toBe('works');
    const { id: other } = await approvedScenario(cast, (await inForce(cast)).id);
    const insider = await seatHolder(medium, cast, other);
    expect((await holder.post(`/scenarios/${other}/stops`, { reason: '核查' })).body).toMatchObject({ code: 'seat.needed' });
    expect((await insider.post(`/scenarios/${other}/stops`, { reason: '核查' })).status).toBe(200);
  }, 120_000);

  it('is refused from the commit of the seat’s revocation on, after its receipt too [SEAT-03]', async () => {
    ok(await medium.security.post(`/seats/${known['seatId'] ?? ''}/revocations`, { ground: 'incident', reason: '核查' }));
    const { 'POST /export-requests/:id/withdrawals': _given, ...atOnce } = await answersBut('/withdrawals', holder);
    const { 'POST /export-requests/:id/withdrawals': _up, ...refusedAtOnce } = wanting('seat.needed');
    expect(closed(atOnce)).toEqual(refusedAtOnce);
    await medium.until(
      async () => (await cast.officer.get(`/seats/${known['seatId'] ?? ''}`)).body['state'] === 'revoked',
      'the seat to be revoked',
      60,
    );
    expect(closed(await answers(holder))).toEqual(wanting('seat.needed'));
  }, 120_000);
});

/** Between the commit and the receipt the seat is there and does not work; afterwards there is none: both keep the act out. */
const closed = (found: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(found).map(([route, code]) => [
      route,
      reviewed[route] === undefined && code === 'seat.not-active' ? 'seat.needed' : code,
    ]),
  );

async function answersBut(end: string, by: Caller): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const spec of acts.filter(({ path }) => !path.endsWith(end))) found[routeOf(spec)] = await answerTo(spec, by);
  return found;
}

/** A workspace that the holder's seat had; no cluster is there to open one. */
async function workspace(): Promise<string> {
  const [workspaces, seats] = [WorkspacesRepository, SeatsRepository].map((one) => medium.app.get(one, { strict: false })) as [
    WorkspacesRepository,
    SeatsRepository,
  ];
  return medium.platform.unitOfWork.run(systemAct('test', 'workspace.opened', systemClock.now()), async (tx) => {
    const at = tx.context.at;
    const { id: seatId, unitId, authorisationId } = await seats.get(tx, known['seatId'] ?? '');
    const of = { seatId, unitId, authorisationId, scenarioId, domainId: newId(), namespace: 'none', image: 'none' };
    const planned = await workspaces.insert(tx, { id: newId(), openedAt: at, ...of, state: 'planned', endsAt: at, wantedAt: at });
    await workspaces.move(tx, await workspaces.move(tx, planned, 'removing'), 'removed');
    await tx.record({ action: 'workspace.opened', object: { kind: 'workspace', id: planned.id } });
    return planned.id;
  });
}
