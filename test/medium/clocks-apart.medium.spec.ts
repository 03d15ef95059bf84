import { contexts as all } from '../../apps/composition/contexts.js';
import { assertSignable, documentTypes, sha256, type TypedDocument } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, inForce, openCast } from '../support/authorised.js';
import { deliver, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { MovedClock } from '../support/moved-clock.js';
import { inDays, ok, openOperating, seatGranted, type Operating } from '../support/operating.js';

/*
 * What is signed while the hosts' clocks are five minutes off: workers and API in opposite directions, so that ten minutes lie between
 * them. Every time in it is the database's.
 */
const offMs = 300_000;
const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
];
const rows = Array.from({ length: 400 }, (_, index) => [`P${String(90_000 + index * 7)}`, ['上城区', '拱墅区'][index % 2] ?? '']);
const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };
/** What lies ahead by its nature. */
const ahead = new Set(['networkLogsKeptUntil', 'retryAt', 'until']);
/** A second, and what the measurement may be off by on a busy machine. */
const toleranceMs = 1_500;

const momentsOf = (value: unknown, where = ''): { where: string; at: string }[] => {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? [{ where, at: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) =>
    ahead.has(name) || name === 'period' ? [] : momentsOf(inside, where === '' ? name : `${where}.${name}`),
  );
};

describe.each([
  ['ahead', offMs],
  ['behind', -offMs],
])('with workers five minutes %s, and the API as much the other way', (_, off) => {
  let medium: Medium;
  let began = 0;
  const databaseMs = async (): Promise<number> =>
    Number((await medium.sql<{ at: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at'))[0]?.at);
  const seen = new Set<string>();

  beforeAll(async () => {
    medium = await openMedium({
      contexts: all.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context)),
      worker: true,
      hosts: { worker: new MovedClock(off), api: new MovedClock(-off) },
      config: (whole) => ({ ...whole, terminations: { destroyWithinDays: 30, retrySeconds: 1, unreachable: [] } }) as typeof whole,
    });
    began = await databaseMs();
  }, 300_000);
  afterAll(() => medium.close());

  /** @returns the document, whose every moment lies between the test's beginning and now by the database's clock, in an order that is possible. */
  async function expectTrue<D extends TypedDocument>(document: D): Promise<D> {
    const now = await databaseMs();
    const moments = momentsOf(document);
    expect(moments.length).toBeGreaterThan(0);
    const off = moments.filter(({ at }) => Date.parse(at) < began - toleranceMs || Date.parse(at) > now + toleranceMs);
    expect(off).toEqual([]);
    assertSignable(document, now + toleranceMs);
    seen.add(document.type);
    return document;
  }
  const documentOf = async (by: Caller, path: string): Promise<TypedDocument> =>
    ok<{ document: TypedDocument }>(await by.get(path)).document;
  const becomes = (by: Caller, path: string, ...states: string[]): Promise<unknown> =>
    medium.until(async () => states.includes(ok<{ state: string }>(await by.get(path)).state), `${path} to be ${states.join(' or ')}`, 120);

  it('a revocation’s receipt and a destruction’s certificate say when it was, and took, by the database’s clock [SEAT-03] [DEST-03]', async () => {
    const unit = await openOperating(medium);
    const { seat } = await seatGranted(medium, unit);
    const before = await databaseMs();
    const { id } = ok(await unit.authority.post(`/seats/${seat.id}/revocations`, { ground: 'incident', reason: '演练' }));
    await becomes(unit.authority, `/revocations/${id}`, 'closed');
    const after = await databaseMs();
    const receipt = await expectTrue(await documentOf(unit.authority, `/revocations/${id}/receipt`));
    expect(receipt['complete']).toBe(true);
    expect(receipt['cutWithinMs']).toBeGreaterThanOrEqual(0);
    expect(receipt['cutWithinMs']).toBeLessThanOrEqual(after - before + toleranceMs);

    const path = await destruction(unit);
    await becomes(unit.authority, path, 'certified');
    const certificate = await expectTrue(await documentOf(unit.authority, `${path}/certificate`));
    expect(certificate.type).toBe('opdomain.destruction-certificate/v1');
  }, 300_000);

  /** With something of the scenario that is encrypted under its key. */
  async function destruction(unit: Operating, retainUntil?: string): Promise<string> {
    const sealedBy = `scenario/${unit.scenarioId}`;
    await medium.platform.keys.create(sealedBy);
    const kept = { sealedBy, ...(retainUntil === undefined ? {} : { retainUntil }) };
    await medium.platform.objects.put(`scenarios/${unit.scenarioId}/copies/kept/data`, Buffer.from('kept'), kept);
    const opening = { authorisationId: unit.authorisationId, ground: 'policy-change', decision };
    const path = `/terminations/${ok(await unit.authority.post('/terminations', opening)).id}`;
    await becomes(unit.authority, path, 'inventoried');
    ok(await medium.security.post(`${path}/confirmations`, {}));
    ok(await medium.security.post(`${path}/destructions`, {}));
    return path;
  }

  it('the notice of what could not be destroyed does, and says when it is tried again [DEST-03]', async () => {
    const unit = await openOperating(medium);
    const path = await destruction(unit, new Date(Date.now() + 3_600_000).toISOString());
    await medium.until(async () => (await unit.authority.get(`${path}/notice`)).status === 200, 'the notice', 60);
    const notice = await expectTrue(await documentOf(unit.authority, `${path}/notice`));
    expect(notice.type).toBe('opdomain.pending-notice/v1');
  }, 120_000);

  it('the newest version of an object is the one that was written last, whichever process wrote it', async () => {
    const sealedBy = 'audit/log';
    const [api, worker] = [medium.platform.objects, (await medium.platformOf('worker')).objects];
    await medium.platform.keys.create(sealedBy);
    for (const [turn, objects] of [api, worker, api, worker].entries()) {
      await objects.put('clocks/one', Buffer.from(String(turn)), { sealedBy });
      const parts: Uint8Array[] = [];
      for await (const part of await api.get('clocks/one', { sealedBy })) parts.push(part);
      expect(Buffer.concat(parts).toString()).toBe(String(turn));
    }
  });

  it('a release’s manifest does, whose reviews came before it [EXP-04]', async () => {
    const cast = await openCast(medium);
    const { id: authorisationId } = await inForce(cast);
    const { id: scenarioId } = await approvedScenario(cast, authorisationId);
    const { copyId } = await deliver(medium, cast, scenarioId, fields, rows);
    const requester = await seatHolder(medium, cast, scenarioId);
    const panel = await medium.organisation('evaluator');
    const [reviewer, releaser] = [await medium.person(panel, ['export-reviewer']), await medium.person(panel, ['export-reviewer'])];
    const sql = 'SELECT district, count(*) AS people FROM residents GROUP BY ALL ORDER BY ALL';
    const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
    const { id } = ok<{ id: string }>(
      await requester.post('/export-requests', { scenarioId, codeRunId, purpose: '信贷审批', recipient: '某商业银行' }),
    );
    const path = `/export-requests/${id}`;
    ok(await requester.post(`${path}/submissions`));
    await becomes(requester, path, 'in-review');
    const { binding } = ok<{ binding: string }>(await reviewer.get(path));
    const { checks } = ok<{ checks: { items: { id: string }[] }[] }>(await reviewer.get(`${path}/checks`));
    const answers = checks.flatMap(({ items }) => items.map(({ id: item }) => ({ item, acceptable: true, reason: '已核对' })));
    for (const by of [cast.officer, reviewer]) ok(await by.post(`${path}/reviews`, { verdict: 'yes', binding, answers }));
    ok(await releaser.post(`${path}/releases`));
    await expectTrue(await documentOf(requester, `${path}/manifest`));
  }, 300_000);

  it('checkpoints, cosignatures and what an inspector takes home do, and so does every entry of the journal [AUD-04] [AUD-07]', async () => {
    await medium.until(async () => (await medium.sql('SELECT 1 FROM audit.cosignatures LIMIT 1')).length > 0, 'a cosigned checkpoint', 60);
    const asked = { from: '2020-01-01T00:00:00.000Z', until: '2120-01-01T00:00:00.000Z', action: 'seat.granted' };
    const { id } = ok(await medium.auditor.post('/audit-cases', asked));
    const filed = (await medium.auditor.get<string | { document: TypedDocument }>(`/audit-cases/${id}/package`)).body;
    await expectTrue((typeof filed === 'string' ? (JSON.parse(filed) as { document: TypedDocument }) : filed).document);
    await expectTrue(await documentOf(medium.auditor, '/requirements/export'));
    const now = await databaseMs();
    const recorded = await medium.sql<{ what: string; at: Date }>(`
      SELECT 'checkpoint' AS what, signed_at AS at FROM audit.checkpoints
      UNION ALL SELECT 'cosignature', cosigned_at FROM audit.cosignatures
      UNION ALL SELECT action, recorded_at FROM platform.journal`);
    expect(recorded.filter(({ at }) => at.getTime() < began - 60_000 || at.getTime() > now + toleranceMs)).toEqual([]);
    const [early] = await medium.sql<{ n: number }>(`SELECT count(*)::int AS n FROM audit.cosignatures c
      JOIN audit.checkpoints k ON k.size = c.size WHERE c.cosigned_at < k.signed_at`);
    expect(early?.n).toBe(0);
    const [backwards] = await medium.sql<{ n: number }>('SELECT count(*)::int AS n FROM platform.journal WHERE decided_at > recorded_at');
    expect(backwards?.n).toBe(0);
  }, 120_000);

  it('and that was every type of document that this version issues', () => {
    expect([...seen].sort()).toEqual(documentTypes.filter((type) => type !== 'opdomain.revocation-receipt/v1').sort());
  });
});

describe('where the clocks are further apart than anything is signed with', () => {
  const hosts = { worker: new MovedClock(offMs), api: new MovedClock(0) };
  let medium: Medium;
  beforeAll(async () => {
    medium = await openMedium({
      contexts: all.map((context) => (context.name === 'domains' ? { ...context, jobs: [] } : context)),
      worker: true,
      hosts,
      config: (whole) => ({ ...whole, clock: { ...whole.clock, signWithinMs: 60_000 } }),
    });
  }, 300_000);
  afterAll(() => medium.close());

  it('a cut is carried out, its receipt waits without anything being tried anew, and is signed once they are set [SEAT-03]', async () => {
    const unit = await openOperating(medium);
    const { seat } = await seatGranted(medium, unit);
    const { id } = ok(await unit.authority.post(`/seats/${seat.id}/revocations`, { ground: 'incident', reason: '演练' }));
    const read = async () => ok<{ state: string; open: unknown[] }>(await unit.authority.get(`/revocations/${id}`));
    await medium.until(async () => (await read()).open.length === 0, 'every path to be shown closed', 60);
    expect(await read()).toMatchObject({ state: 'cutting', open: [] });
    type Shown = { rows: { object: string; cutAt: string; probe: { at: string } }[] }[];
    const [kept] = await medium.sql<{ shown: Shown }>('SELECT shown FROM seats.revocations WHERE id = $1', [id]);
    const cuts = (kept?.shown ?? []).flatMap(({ rows: found }) => found.map(({ cutAt, probe }) => [cutAt, probe.at]));
    expect(cuts.length).toBeGreaterThan(0);

    hosts.worker.aheadMs = 0;
    await medium.until(async () => (await read()).state === 'closed', 'the receipt', 60);
    const { document } = ok<{ document: { paths: { cuts: Shown[number]['rows'] }[] } }>(
      await unit.authority.get(`/revocations/${id}/receipt`),
    );
    expect(document.paths.flatMap((path) => path.cuts.map(({ cutAt, probe }) => [cutAt, probe.at])).sort()).toEqual(cuts.sort());
    const [work] = await medium.sql<{ state: string; attempts: number }>(
      `SELECT state, attempts FROM platform.work WHERE key = $1 AND name = 'seats.cut'`,
      [id],
    );
    expect(work).toMatchObject({ state: 'done', attempts: 0 });
  }, 200_000);

  it('so does a certificate, whose case stays where it is, and costs its work no try [DEST-03]', async () => {
    const unit = await openOperating(medium);
    const opening = { authorisationId: unit.authorisationId, ground: 'policy-change', decision };
    const path = `/terminations/${ok(await unit.authority.post('/terminations', opening)).id}`;
    const state = async () => ok<{ state: string }>(await unit.authority.get(path)).state;
    await medium.until(async () => (await state()) === 'inventoried', 'the inventory', 60);
    ok(await medium.security.post(`${path}/confirmations`, {}));
    hosts.worker.aheadMs = -offMs;
    ok(await medium.security.post(`${path}/destructions`, {}));
    const work = async () =>
      (
        await medium.sql<{ state: string; attempts: number; ahead: boolean }>(
          `SELECT state, attempts, due_at > now() AS ahead FROM platform.work WHERE key = $1 AND name = 'terminations.proceed'
           ORDER BY created_at DESC LIMIT 1`,
          [path.split('/').at(-1)],
        )
      )[0];
    await medium.until(async () => (await state()) === 'verifying' && (await work())?.ahead, 'the certificate to wait', 60);
    expect(await work()).toMatchObject({ state: 'due', attempts: 0 });
    expect((await unit.authority.get(`${path}/certificate`)).status).toBeGreaterThanOrEqual(400);
    hosts.worker.aheadMs = 0;
    await medium.until(async () => (await state()) === 'certified', 'the certificate', 60);
  }, 200_000);

  it('what the API would sign is refused for now, in both languages, with what would mend it', async () => {
    hosts.api.aheadMs = -offMs;
    const refused = await medium.auditor.get('/requirements/export');
    expect(refused).toMatchObject({ status: 503, body: { code: 'clock.database-apart', details: { mostMs: 60_000 } } });
    expect(JSON.stringify(refused.body)).toMatch(/校准.*NTP|NTP.*校准/);
    hosts.api.aheadMs = 0;
    expect((await medium.auditor.get('/requirements/export')).status).toBe(200);
  });
});
