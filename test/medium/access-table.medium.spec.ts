import { newId, sha256, type Role } from '#kernel';
import { RouteTable } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActSpec } from '../../libs/platform/http/act.js';
import { listen } from '../../apps/api/app.js';
import { contexts } from '../../apps/composition/contexts.js';
import { startWorker } from '../../apps/worker/app.js';
import { accessTable } from '../support/access-table.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from '../support/operating.js';

/** From a working seat to a destroyed domain. `during` is between the revocation and its receipt; later another seat is looked at. */
const moments = ['before', 'during', 'revoked', 'suspended', 'terminated', 'destroyed'] as const;
type Moment = (typeof moments)[number];
const actors = ['developer', 'manager', 'provider', 'authority'] as const;
type ActorName = (typeof actors)[number];
const roleOf: Readonly<Record<ActorName, Role>> = {
  developer: 'unit-developer',
  manager: 'unit-manager',
  provider: 'provider',
  authority: 'authority',
};

let medium: Medium;
let at: Operating;
let stopWorker: (() => Promise<void>) | undefined;
let holder: { person: Caller; seatId: string };
let colleague: { person: Caller; seatId: string };
let provider: Caller;
let stranger: Caller;

beforeAll(async () => {
  const composed = contexts.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context));
  medium = await openMedium({ contexts: composed });
  await listen(medium.app, medium.platform);
  at = await openOperating(medium);
  [holder, colleague] = [await seated(), await seated()];
  provider = await medium.person(await medium.organisation('provider'), ['provider']);
  stranger = await medium.person(at.unitId, []);
}, 300_000);
afterAll(async () => {
  await stopWorker?.();
  await medium.close();
});

async function seated(): Promise<{ person: Caller; seatId: string }> {
  const person = await medium.person(at.unitId, ['unit-developer']);
  await filePerson(at.authority, person.personId);
  const body = { personId: person.personId, scenarioId: at.scenarioId, clause: '第四条', endsOn: inDays(60) };
  const seat = ok(await at.manager.post('/seats', body));
  ok(await at.authority.post(`/seats/${seat.id}/grants`, {}));
  return { person, seatId: seat.id };
}

/** Acts that are asked with a whole request, since nothing is lost when they pass; all others change things and are asked for a stranger's. */
const bodies = (): Readonly<Record<string, unknown>> => ({
  'POST /seats': { personId: stranger.personId, scenarioId: at.scenarioId, clause: '第四条', endsOn: inDays(60) },
  'POST /seats/:id/workspaces': { image: `opdomain/workspace@${sha256('none')}` },
  'POST /code-submissions': {
    scenarioId: at.scenarioId,
    purpose: 'run',
    language: 'sql',
    title: '统计',
    sql: 'SELECT 1',
    inputs: [{ copyId: newId(), as: 'residents' }],
  },
  'POST /code-runs': { submissionId: newId() },
  'POST /export-requests': { scenarioId: at.scenarioId, codeRunId: newId(), purpose: '信贷审批', recipient: '某银行' },
  'POST /dataset-copies': { datasetId: newId(), scenarioId: at.scenarioId, uploadId: newId(), format: { kind: 'csv', encoding: 'utf-8' } },
});

async function change(moment: Moment): Promise<void> {
  const { authority } = at;
  switch (moment) {
    case 'before':
      return;
    case 'during':
      ok(await authority.post(`/seats/${holder.seatId}/revocations`, { ground: 'left', reason: '离岗' }));
      return;
    case 'revoked':
      stopWorker = await startWorker(await medium.platformOf('worker'));
      await reached(`/seats/${holder.seatId}`, 'revoked');
      await medium.until(async () => (await at.authority.get('/audit/checkpoint')).status === 200, 'a checkpoint', 120);
      return;
    case 'suspended':
      ok(
        await authority.post(`/authorisations/${at.authorisationId}/suspensions`, {
          ground: 'other-breach',
          evidence: [{ what: '检查记录', digest: sha256('检查记录') }],
          decidedOn: inDays(0),
          period: { length: 30, unit: 'calendar-days', source: '协议第十条' },
        }),
      );
      holder = colleague;
      return;
    case 'terminated': {
      const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };
      const body = { authorisationId: at.authorisationId, ground: 'policy-change', decision };
      termination = ok(await authority.post('/terminations', body)).id;
      await reached(`/terminations/${termination}`, 'inventoried');
      return;
    }
    case 'destroyed':
      ok(await medium.security.post(`/terminations/${termination}/confirmations`, {}));
      ok(await medium.security.post(`/terminations/${termination}/destructions`, {}));
      await reached(`/terminations/${termination}`, 'certified');
  }
}
let termination = '';
const reached = (path: string, state: string): Promise<unknown> =>
  medium.until(async () => ok<{ state: string }>(await at.authority.get(path)).state === state, `${path} to be ${state}`, 120);

const personOf = (actor: ActorName): Caller =>
  ({ developer: holder.person, manager: at.manager, provider, authority: at.authority })[actor];
const mayCall = ({ roles }: ActSpec, actor: ActorName): boolean =>
  Array.isArray(roles) ? (roles as readonly Role[]).includes(roleOf[actor]) : roles !== 'canary';

/** What an answer is: `works`, or the code of its refusal. */
async function answerOf(spec: ActSpec, actor: ActorName): Promise<string> {
  const known: Readonly<Record<string, string>> = {
    seats: holder.seatId,
    people: holder.person.personId,
    authorisations: at.authorisationId,
    scenarios: at.scenarioId,
  };
  const route = `${spec.method} ${spec.path}`;
  const body = bodies()[route];
  const own = spec.method === 'GET' || body !== undefined;
  const path = spec.path
    .replace(/^\/([a-z-]+)\/:id/, (_whole, kind: string) => `/${kind}/${(own ? known[kind] : undefined) ?? newId()}`)
    .replace(/:\w+|\*/g, () => newId());
  const response = await medium.app.inject({
    method: spec.method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${await personOf(actor).token()}`,
      ...(spec.method === 'POST' ? { 'idempotency-key': newId() } : {}),
      ...(spec.streams === 'up' ? { 'tus-resumable': '1.0.0', 'upload-length': '10', 'upload-offset': '0' } : {}),
      ...(spec.method === 'PATCH' ? { 'content-type': 'application/offset+octet-stream' } : {}),
    },
    ...(spec.method === 'GET' || spec.method === 'HEAD' || spec.streams === 'up' ? {} : { payload: body ?? {} }),
  });
  if (response.statusCode < 300) return 'works';
  return /json/.test(String(response.headers['content-type'])) ? response.json<{ code: string }>().code : String(response.statusCode);
}

const keyOf = (spec: ActSpec, actor: ActorName): string => `${spec.method} ${spec.path} ${actor}`;
/** `a` where it stays so; `a; suspended: b` where it becomes b then. */
const told = (answers: readonly string[]): string =>
  answers.flatMap((answer, n) => (n === 0 ? [answer] : answer === answers[n - 1] ? [] : [`${moments[n] ?? ''}: ${answer}`])).join('; ');

describe('every route at every moment of a seat’s life', () => {
  it('answers each of its parties as the table says, and stands in the table [SEAT-03] [SUSP-01] [TERM-01]', async () => {
    const routes = medium.app.get(RouteTable).acts(medium.platform.actions);
    const answers = new Map<string, string[]>();
    const asked = routes.flatMap((spec) => actors.filter((actor) => mayCall(spec, actor)).map((actor) => ({ spec, actor })));
    for (const moment of moments) {
      await change(moment);
      const waiting = [...asked];
      const askOne = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const key = keyOf(next.spec, next.actor);
          answers.set(key, [...(answers.get(key) ?? []), await answerOf(next.spec, next.actor)]);
        }
      };
      await Promise.all(Array.from({ length: 16 }, askOne));
    }
    const seen = Object.fromEntries(
      routes.map((spec) => [
        `${spec.method} ${spec.path}`,
        Object.fromEntries(actors.flatMap((actor) => (mayCall(spec, actor) ? [[actor, told(answers.get(keyOf(spec, actor)) ?? [])]] : []))),
      ]),
    );
    expect(seen).toEqual(accessTable);
  }, 1_500_000);
});
