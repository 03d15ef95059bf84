import { newId, sha256, systemClock } from '#kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { composeApi, listen } from '../../apps/api/app.js';
import { contexts } from '../../apps/composition/contexts.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from '../support/operating.js';
import { outside, type Probe, type Seen } from '../support/outside.js';
import { longAnswers } from '../support/streaming.js';
import { UploadClient } from '../support/uploads.js';

const leaseSeconds = 3;
let medium: Medium;
let operating: Operating;
let second: NestFastifyApplication;
let replicas: readonly string[];
beforeAll(async () => {
  // Without a cluster no domain is made: what is shown here is everything else.
  const composed = contexts.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context));
  medium = await openMedium({
    contexts: [...composed, longAnswers],
    worker: true,
    config: (whole) => ({
      ...whole,
      http: { ...whole.http, accessLeaseSeconds: leaseSeconds },
      // What a busy machine answers late would be unknown, truly; here it is to be known.
      limits: { ...whole.limits, replicas: { ...whole.limits.replicas, rehearseMs: 10_000 } },
    }),
  });
  operating = await openOperating(medium);
  second = await composeApi(medium.platform);
  replicas = [await addressOf(medium.app), await listen(second, medium.platform)];
}, 300_000);
afterAll(async () => {
  await second.close();
  await medium.close();
});

const addressOf = (app: NestFastifyApplication): Promise<string> => app.getUrl();
interface Holder {
  readonly person: Caller;
  readonly seatId: string;
}
async function holder(at: Operating = operating): Promise<Holder> {
  const person = await medium.person(at.unitId, ['unit-developer']);
  await filePerson(at.authority, person.personId);
  const body = { personId: person.personId, scenarioId: at.scenarioId, clause: '第四条', endsOn: inDays(60) };
  const seat = ok(await at.manager.post('/seats', body));
  ok(await at.authority.post(`/seats/${seat.id}/grants`, {}));
  return { person, seatId: seat.id };
}
const headersOf = async (person: Caller): Promise<Record<string, string>> => ({ authorization: `Bearer ${await person.token()}` });
const probe = async (kind: 'ask' | 'down', replica: string, person: Caller, scenarioId: string): Promise<Probe> => ({
  kind,
  url: `${replica}/api/v1/long-answers/${scenarioId}${kind === 'ask' ? '/once' : ''}`,
  headers: await headersOf(person),
});
const everywhere = async ({ person }: Holder, scenarioId = operating.scenarioId): Promise<Probe[]> =>
  Promise.all(replicas.flatMap((replica) => (['ask', 'down'] as const).map((kind) => probe(kind, replica, person, scenarioId))));

interface Receipt {
  readonly document: {
    readonly committedAt: string;
    readonly complete: boolean;
    readonly used: { action: string; person: string }[];
    readonly paths: {
      path: string;
      limits: string[];
      cuts: { object: string; cutAt: string; probe: { before?: string; refused: boolean; how: string; answer: string } }[];
    }[];
  };
}
async function receiptOf(by: Caller, revocationId: string): Promise<Receipt['document']> {
  await medium.until(async () => ok<{ state: string }>(await by.get(`/revocations/${revocationId}`)).state === 'closed', 'the receipt', 60);
  return ok<Receipt>(await by.get(`/revocations/${revocationId}/receipt`)).document;
}
const cutsOf = (receipt: Receipt['document'], path: string) => receipt.paths.find((one) => one.path === path)?.cuts ?? [];
const lastOf = (receipt: Receipt['document'], path: string): number =>
  Math.max(...cutsOf(receipt, path).map(({ cutAt }) => Date.parse(cutAt)));
const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const successes = ({ seen }: Seen): number[] => seen.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt ?? 0);
const arrivals = ({ seen }: Seen): number[] => seen.map(({ at }) => at ?? 0);

describe('a revocation, seen by whoever asks from outside at every replica', () => {
  it('lets nothing through after what its receipt says, by requests or by transfers [SEAT-03] [TERM-01]', async () => {
    const one = await holder();
    const finish = await outside(await everywhere(one));
    const { id } = ok(await operating.authority.post(`/seats/${one.seatId}/revocations`, { ground: 'incident', reason: '演练' }));
    const receipt = await receiptOf(operating.authority, id);
    await settle(1_000);
    const [askedFirst, streamedFirst, askedSecond, streamedSecond] = await finish();
    for (const asked of [askedFirst, askedSecond] as Seen[]) {
      expect(successes(asked).length).toBeGreaterThan(3);
      expect(successes(asked).filter((at) => at > lastOf(receipt, 'api-tokens'))).toEqual([]);
      expect(asked.seen.at(-1)?.code).toMatch(/^seat\./);
    }
    for (const streamed of [streamedFirst, streamedSecond] as Seen[]) {
      expect(arrivals(streamed).length).toBeGreaterThanOrEqual(5);
      expect(arrivals(streamed).filter((at) => at > lastOf(receipt, 'transfers'))).toEqual([]);
    }
    expect(receipt.complete).toBe(true);
    const gate = cutsOf(receipt, 'api-tokens').filter(({ object }) => object.startsWith('replica/'));
    expect(gate).toHaveLength(2);
    for (const { probe: asked } of gate) {
      expect(asked).toMatchObject({ before: 'accepted', refused: true });
      expect(asked.answer).toMatch(/^refused \(access\.ended seat\); control accepted/);
    }
    expect(cutsOf(receipt, 'api-tokens').some(({ probe: asked }) => /^refused \(seat\.not-active\)/.test(asked.answer))).toBe(true);
    expect(receipt.paths.every(({ limits }) => limits.length > 0)).toBe(true);
  }, 120_000);

  it('of a person ends an upload where it is: nothing more of it is taken, and it is refused as what it is [SEAT-03]', async () => {
    const organisationId = await medium.organisation('provider');
    const steward = await medium.person(organisationId, ['provider']);
    const location = (await (await UploadClient.of(medium, steward)).begin(64 * 1024 * 1024)).headers.get('location') ?? '';
    const headers = {
      ...(await headersOf(steward)),
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
    };
    const finish = await outside([{ kind: 'up', url: `${replicas[0] ?? ''}${location}`, headers, bytes: 64 * 1024 * 1024 }]);
    const { id } = ok(await medium.security.post(`/people/${steward.personId}/revocations`, { ground: 'incident', reason: '账号泄露' }));
    const receipt = await receiptOf(medium.security, id);
    await settle(500);
    const [sent] = (await finish()) as [Seen];
    expect(sent.seen.length).toBeGreaterThanOrEqual(5);
    expect(sent.closedAt ?? Infinity).toBeLessThanOrEqual(lastOf(receipt, 'transfers') + 1_000);
    expect([sent.status, sent.code]).toEqual([403, 'access.ended']);
    const upload = location.split('/').at(-1);
    expect(await medium.sql(`SELECT received::int FROM datasets.uploads WHERE id = $1`, [upload])).toEqual([{ received: 0 }]);
  }, 120_000);

  it('lists what was used between its commit and the last cut', async () => {
    const one = await holder();
    const finish = await outside([await probe('ask', replicas[0] ?? '', one.person, operating.scenarioId)]);
    const { id } = ok(await operating.authority.post(`/seats/${one.seatId}/revocations`, { ground: 'left', reason: '离岗' }));
    const receipt = await receiptOf(operating.authority, id);
    await finish();
    const recorded = await medium.sql<{ action: string }>(
      `SELECT action FROM platform.journal WHERE person_id = $1 AND outcome <> 'refused' AND recorded_at >= $2 AND recorded_at <= $3`,
      [
        one.person.personId,
        receipt.committedAt,
        new Date(Math.max(...receipt.paths.map(({ path }) => lastOf(receipt, path)))).toISOString(),
      ],
    );
    expect(receipt.used.map(({ action }) => action).sort()).toEqual(recorded.map(({ action }) => action).sort());
    expect(receipt.used.every(({ person }) => person === one.person.personId)).toBe(true);
  }, 120_000);

  it('has no receipt while a registered replica does not answer, and says which; it has one when that replica has stopped', async () => {
    const third = await composeApi(medium.platform);
    const address = await listen(third, medium.platform);
    third.getHttpServer().closeAllConnections();
    await new Promise((resolve) => third.getHttpServer().close(resolve));
    const one = await holder();
    const { id } = ok(await operating.authority.post(`/seats/${one.seatId}/revocations`, { ground: 'drill', reason: '演练' }));
    const open = await medium.until(async () => {
      const view = ok<{ open: { path: string; reason: string }[] }>(await operating.authority.get(`/revocations/${id}`)).open;
      return view.some(({ path, reason }) => path === 'transfers' && reason === 'probe-unknown') && view;
    }, 'the silent replica to be named');
    expect(open.filter(({ reason }) => reason === 'probe-unknown').map(({ path }) => path)).toContain('transfers');
    expect(await operating.authority.get(`/revocations/${id}/receipt`)).toMatchObject({
      status: 409,
      body: { code: 'revocation.no-receipt' },
    });
    await third.close();
    const receipt = await receiptOf(operating.authority, id);
    expect(JSON.stringify(receipt)).not.toContain(address);
  }, 120_000);

  it('counts a replica that went away without a word as closed when its lease has run out, and no earlier', async () => {
    const one = await holder();
    // What a process that is killed leaves behind: it was there just now, and has not said that it stopped.
    const replicaId = newId();
    await medium.sql(`INSERT INTO platform.replicas (id, address, lease_ms, seen_at) VALUES ($1, 'http://127.0.0.1:1', 5000, now())`, [
      replicaId,
    ]);
    const { id } = ok(await operating.authority.post(`/seats/${one.seatId}/revocations`, { ground: 'drill', reason: '演练' }));
    const receipt = await receiptOf(operating.authority, id);
    const [row] = await medium.sql<{ ends: Date }>(
      `SELECT seen_at + make_interval(secs => lease_ms / 1000.0) AS ends FROM platform.replicas WHERE id = $1`,
      [replicaId],
    );
    const own = cutsOf(receipt, 'transfers').filter(({ object }) => object.includes(replicaId));
    expect(own.map(({ cutAt }) => Date.parse(cutAt))).toEqual([row?.ends.getTime()]);
  }, 120_000);
});

describe('every act that takes something away', () => {
  type Taking = (one: Holder, at: Operating) => Promise<unknown>;
  const away: readonly [string, Taking][] = [
    ['a revoked seat', ({ seatId }, { authority }) => authority.post(`/seats/${seatId}/revocations`, { ground: 'left', reason: '离岗' })],
    [
      'a revoked person',
      ({ person }) => medium.security.post(`/people/${person.personId}/revocations`, { ground: 'incident', reason: '泄露' }),
    ],
    ['an ended role', ({ person }) => medium.security.post(`/people/${person.personId}/role-endings`, { role: 'unit-developer' })],
    [
      'an ended affiliation',
      ({ person }, { unitId }) => medium.operator.post(`/people/${person.personId}/affiliation-ends`, { organisationId: unitId }),
    ],
    [
      'a withdrawn record, by which a seat lapses',
      async ({ person }, { authority }) => {
        const [record] = await medium.sql<{ id: string }>(
          `SELECT id FROM identity.personnel_records WHERE person_id = $1 AND kind = 'vetting'`,
          [person.personId],
        );
        return authority.post(`/people/${person.personId}/records/${record?.id ?? ''}/withdrawals`);
      },
    ],
    ['a stopped scenario', (_one, { authority, scenarioId }) => authority.post(`/scenarios/${scenarioId}/stops`, { reason: '停' })],
    ['an ended scenario', (_one, { authority, scenarioId }) => authority.post(`/scenarios/${scenarioId}/endings`)],
    [
      'a suspension',
      (_one, { authority, authorisationId }) =>
        authority.post(`/authorisations/${authorisationId}/suspensions`, {
          ground: 'other-breach',
          evidence: [{ what: '检查记录', digest: sha256('检查记录') }],
          decidedOn: inDays(0),
          period: { length: 30, unit: 'calendar-days', source: '协议第十条' },
        }),
    ],
    [
      'a termination',
      (_one, { authority, authorisationId }) =>
        authority.post('/terminations', {
          authorisationId,
          ground: 'policy-change',
          decision: { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) },
        }),
    ],
  ];

  it.each(away)(
    '%s ends a transfer under way, within two seconds, and no one else’s [SEAT-03]',
    async (_what, take) => {
      const at = await openOperating(medium);
      const one = await holder(at);
      const bystander = await holder();
      const finish = await outside([
        await probe('down', replicas[1] ?? '', one.person, at.scenarioId),
        await probe('down', replicas[1] ?? '', bystander.person, operating.scenarioId),
      ]);
      ok(await (take(one, at) as ReturnType<Caller['post']>));
      const committed = Date.now();
      await settle(2_500);
      const [own, other] = (await finish()) as [Seen, Seen];
      const [last, otherLast] = [own, other].map((seen) => arrivals(seen).at(-1) ?? 0) as [number, number];
      expect(arrivals(own).length).toBeGreaterThanOrEqual(5);
      expect(last).toBeLessThan(committed + 2_000);
      expect(own.closedAt ?? Infinity).toBeLessThan(committed + 2_000);
      expect(otherLast).toBeGreaterThan(committed + 2_000);
    },
    240_000,
  );
});

describe('a process that cannot hear the truth', () => {
  it('lets no byte pass until it hears it again, and then goes on; only a cut ends a transfer', async () => {
    const one = await holder();
    const finish = await outside([await probe('down', replicas[0] ?? '', one.person, operating.scenarioId)]);
    const [name] = await medium.sql<{ name: string }>('SELECT current_database() AS name');
    const admin = new pg.Client({ connectionString: Object.assign(new URL(await serverUrl()), { pathname: '/postgres' }).href });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${name?.name ?? ''} ALLOW_CONNECTIONS false`);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'opdomain-access'`,
      [name?.name],
    );
    const away = Date.parse(systemClock.now());
    await settle(leaseSeconds * 1000 + 3_000);
    await admin.query(`ALTER DATABASE ${name?.name ?? ''} ALLOW_CONNECTIONS true`);
    const back = Date.now();
    await admin.end();
    await settle(3_000);
    const [seen] = (await finish()) as [Seen];
    const times = arrivals(seen);
    expect(times.filter((at) => at > away + leaseSeconds * 1000 + 1_000 && at < back)).toEqual([]);
    expect(times.filter((at) => at > back + 1_500).length).toBeGreaterThan(10);
  }, 60_000);
});

async function serverUrl(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(medium.superuserUrlFile, 'utf8')).trim();
}
