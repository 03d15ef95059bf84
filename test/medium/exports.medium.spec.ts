import { SignedDocuments } from '#platform/documents';
import { newId, parseSignedDocument, sha256, systemClock } from '#kernel';
import { Seams } from '#platform/seams';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyManifest } from '../../libs/exports/domain/manifest.js';
import { defaultExportPolicy } from '../../libs/exports/domain/policy.js';
import { approvedScenario, inForce, ok, openCast, type Cast } from '../support/authorised.js';
import { deliver, exportingContexts, listening, runOnRaw, seatHolder, type Field } from '../support/exporting.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const fields: readonly Field[] = [
  { name: 'person_no', type: 'text', sensitive: true },
  { name: 'district', type: 'text', sensitive: false },
  { name: 'born', type: 'date', sensitive: true },
  { name: 'income', type: 'integer', sensitive: true },
  { name: 'name', type: 'text', sensitive: true, sensitiveType: 'name' },
];
const districts = ['上城区', '拱墅区', '西湖区', '滨江区'];
const surnames = ['王', '李', '张', '刘', '陈'];
const residents = Array.from({ length: 2000 }, (_, index) => [
  `P${String(90_000 + index * 7)}`,
  districts[index % 4] ?? '',
  `${String(1950 + ((index * 13) % 50))}-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`,
  String(3000 + ((index * 37) % 4000)),
  `${surnames[index % surnames.length] ?? ''}${String.fromCodePoint(0x4e00 + index)}`,
]);
const counts = `SELECT district, extract(year FROM born) // 10 * 10 AS decade, count(*) AS people FROM residents GROUP BY ALL ORDER BY ALL`;
const rawRows = `SELECT district, born, income FROM residents ORDER BY person_no LIMIT 300`;

interface Request {
  readonly id: string;
  readonly state: string;
  readonly binding: string;
  readonly round: number;
  readonly files: { id: string; bytes: number; digest: string; name: string }[];
  readonly manifestDigest: string | null;
}
interface Checks {
  readonly answer: string;
  readonly checks: { check: string; answer: string; items: { id: string; answer: string; finding: string }[] }[];
}

let medium: Medium;
let cast: Cast;
let scenarioId: string;
let authorisationId: string;
let copyId: string;
let requester: Caller;
let reviewer: Caller;
let releaser: Caller;

beforeAll(async () => {
  medium = await openMedium({ contexts: exportingContexts, worker: true });
  cast = await openCast(medium);
  authorisationId = (await inForce(cast)).id;
  scenarioId = (await approvedScenario(cast, authorisationId)).id;
  ({ copyId } = await deliver(medium, cast, scenarioId, fields, residents));
  requester = await seatHolder(medium, cast, scenarioId);
  const panel = await medium.organisation('evaluator');
  reviewer = await medium.person(panel, ['export-reviewer']);
  releaser = await medium.person(panel, ['export-reviewer']);
});
afterAll(() => medium.close());

/** As a reviewer sees it, with what a decision has to name. */
const read = async (id: string, by: Caller = reviewer): Promise<Request> => ok(await by.get<Request>(`/export-requests/${id}`));
const reaches = (id: string, ...states: string[]): Promise<Request> =>
  medium.until(
    async () => {
      const request = await read(id);
      return states.includes(request.state) && request;
    },
    `the export to be ${states.join(' or ')}`,
  );

async function submitted(sql: string): Promise<string> {
  const codeRunId = await runOnRaw(medium, cast, requester, scenarioId, copyId, sql);
  const body = { scenarioId, codeRunId, purpose: '信贷审批额度模型', recipient: '某商业银行' };
  const { id } = ok(await requester.post<Request>('/export-requests', body));
  ok(await requester.post(`/export-requests/${id}/submissions`));
  return id;
}
const inReview = async (): Promise<Request> => reaches(await submitted(counts), 'in-review', 'blocked');

async function answersOf(id: string): Promise<{ item: string; acceptable: boolean; reason: string }[]> {
  const { checks } = ok(await reviewer.get<Checks>(`/export-requests/${id}/checks`));
  return checks.flatMap(({ items }) => items.map(({ id: item }) => ({ item, acceptable: true, reason: '已核对' })));
}
const vote = async (by: Caller, { id, binding }: Request, more: Record<string, unknown> = {}) =>
  by.post(`/export-requests/${id}/reviews`, { verdict: 'yes', binding, answers: await answersOf(id), ...more });
async function approved(): Promise<Request> {
  const request = await inReview();
  for (const by of [cast.officer, reviewer]) ok(await vote(by, request));
  return read(request.id);
}
const download = async (by: Caller, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${await listening(medium)}${path}`, { headers: { authorization: `Bearer ${await by.token()}`, ...headers } });

describe('the gate', () => {
  it('vetoes raw rows, tells the requester why, and no role releases it [EXP-02] [EXP-03]', async () => {
    const blocked = await reaches(await submitted(rawRows), 'blocked', 'in-review');
    expect(blocked.state).toBe('blocked');
    const { checks } = ok(await requester.get<Checks>(`/export-requests/${blocked.id}/checks`));
    expect(checks.find(({ check }) => check === 'row-match')).toMatchObject({ answer: 'veto', items: [{ finding: 'rows-of-the-source' }] });
    expect(checks.find(({ check }) => check === 'reversibility')?.answer).toBe('veto');
    const secret = residents[0]?.[0] ?? '';
    expect(JSON.stringify(checks)).not.toContain(secret);
    for (const by of [cast.officer, reviewer]) {
      expect((await by.post(`/export-requests/${blocked.id}/releases`)).body).toMatchObject({ status: 409, code: 'export.not-approved' });
      expect((await vote(by, { ...blocked, binding: sha256('x') })).body).toMatchObject({ code: 'export.not-in-review' });
    }
  });

  it('asks every reviewer about groups that a run found to be called by identifiers [MOD-04]', async () => {
    const surnamed = `SELECT left(name, 1) AS surname, count(*) AS people FROM residents GROUP BY ALL`;
    const request = await reaches(await submitted(surnamed), 'in-review', 'blocked');
    const { checks } = ok(await reviewer.get<Checks>(`/export-requests/${request.id}/checks`));
    expect([request.state, checks.find(({ check }) => check === 'residual-identifiers')]).toMatchObject([
      'in-review',
      { answer: 'needs-a-human', items: [{ id: 'residual-identifiers:groups-named:result.csv:surname' }] },
    ]);
    const unanswered = (await answersOf(request.id)).filter(({ item }) => !item.includes('groups-named'));
    expect((await vote(reviewer, request, { answers: unanswered })).status).toBe(422);
  });

  it('brings a table of counts into review with its evidence, and shows reviewers its shape alone [EXP-01]', async () => {
    const request = await inReview();
    const { answer, checks } = ok(await reviewer.get<Checks>(`/export-requests/${request.id}/checks`));
    expect(checks.map((one) => [one.check, one.answer])).toEqual([
      ['type', 'pass'],
      ['residual-identifiers', 'pass'],
      ['small-cells', 'pass'],
      ['row-match', 'pass'],
      ['reversibility', 'pass'],
      ['differencing', 'pass'],
      ['volume', 'needs-a-human'],
    ]);
    expect(answer).toBe('needs-a-human');
    const { files } = ok(
      await reviewer.get<{ files: { preview: { rows: number; sample: string[][] } }[] }>(`/export-requests/${request.id}/previews`),
    );
    expect(files[0]?.preview.rows).toBe(20);
    expect(files[0]?.preview.sample.every(([, , people]) => Number(people) >= 10)).toBe(true);
    expect((await requester.get(`/export-requests/${request.id}/previews`)).status).toBe(403);
  });
});

describe('the review', () => {
  it('does not stand on a reviewer who is locked since: open, another takes the place; approved, all is reviewed anew [ACC-05]', async () => {
    const lock = (who: Caller) => medium.security.post(`/people/${who.personId}/locks`, { ground: 'incident', reason: '核查' });
    const panel = await medium.organisation('evaluator');
    const [first, second] = [await medium.person(panel, ['export-reviewer']), await medium.person(panel, ['export-reviewer'])];
    const request = await inReview();
    ok(await vote(first, request));
    ok(await lock(first));
    ok(await vote(cast.officer, request));
    expect((await read(request.id)).state).toBe('in-review');
    ok(await vote(second, request));
    expect((await read(request.id)).state).toBe('approved');
    ok(await lock(second));
    const answer = await releaser.post(`/export-requests/${request.id}/releases`);
    expect(answer.body).toMatchObject({ code: 'export.review-void', details: { changed: ['reviewers'] } });
    expect(await reaches(request.id, 'in-review')).toMatchObject({ round: request.round + 1 });
  });

  it('is blind, independent, and bound to what was seen [ACC-05] [EXP-05] [EXP-06]', async () => {
    const request = await inReview();
    const insider = await medium.person(cast.unit, ['export-reviewer']);
    expect((await vote(insider, request)).body).toMatchObject({ code: 'export.reviewer-not-independent' });
    expect((await vote(reviewer, { ...request, binding: sha256('older') })).body).toMatchObject({ code: 'export.review-outdated' });
    expect((await vote(reviewer, request, { answers: [] })).body).toMatchObject({ code: 'export.items-unanswered' });
    ok(await vote(reviewer, request));
    expect((await vote(reviewer, request)).body).toMatchObject({ code: 'export.already-reviewed' });
    const seen = async (by: Caller): Promise<unknown[]> =>
      ok(await by.get<{ items: unknown[] }>(`/export-requests/${request.id}/reviews`)).items;
    expect([(await seen(reviewer)).length, (await seen(cast.officer)).length, (await seen(requester)).length]).toEqual([1, 0, 0]);
    expect((await vote(releaser, request)).body).toMatchObject({ code: 'export.review-not-needed' });
    const former = await medium.person(await medium.organisation('evaluator'), ['export-reviewer']);
    await medium.sql(
      `SET session_replication_role = replica;
       INSERT INTO seats.seats SELECT (jsonb_populate_record(s, jsonb_build_object('id', '${newId()}', 'person_id', '${former.personId}', 'state', 'revoked'))).*
         FROM seats.seats s WHERE person_id = '${requester.personId}' LIMIT 1;
       RESET session_replication_role`,
    );
    expect((await vote(former, request)).body).toMatchObject({ code: 'export.reviewer-not-independent' });
    const elsewhere = await medium.person(await medium.organisation('authority'), ['export-reviewer']);
    expect((await vote(elsewhere, request)).body).toMatchObject({ code: 'export.review-not-needed', details: { party: 'other' } });
    ok(await vote(cast.officer, request, { verdict: 'no', reasons: '口径不符' }));
    expect((await read(request.id)).state).toBe('returned');
    expect((await seen(requester)).length).toBe(2);
  });

  it('is void when the policy changes, and nothing leaves on the old decisions [EXP-06]', async () => {
    const request = await approved();
    expect(request.state).toBe('approved');
    const policy = { ...defaultExportPolicy, version: '2026.2', smallCell: 11 };
    ok(await medium.security.post('/export-policies', { policy, reason: '阈值提高' }));
    const again = await reaches(request.id, 'in-review');
    expect(again.round).toBe(request.round + 1);
    expect(again.binding).not.toBe(request.binding);
    expect((await releaser.post(`/export-requests/${request.id}/releases`)).body).toMatchObject({ code: 'export.not-approved' });
    expect((await vote(reviewer, request)).body).toMatchObject({ code: 'export.review-outdated' });
  });

  it('is not seen by another unit [ISO-02]', async () => {
    const request = await inReview();
    const stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    expect((await stranger.get(`/export-requests/${request.id}`)).status).toBe(404);
    expect((await stranger.post(`/export-requests/${request.id}/withdrawals`, { reason: 'x' })).status).toBe(404);
    const colleague = await medium.person(cast.unit, ['unit-developer']);
    expect((await colleague.post(`/export-requests/${request.id}/withdrawals`, { reason: 'x' })).body).toMatchObject({
      code: 'export.not-the-requester',
    });
  });
});

describe('the budget', () => {
  it('counts what left before and vetoes what goes over what the authority granted', async () => {
    const request = await approved();
    const budget = { bytes: 10_000_000, rows: 10_000, basis: '浙数出〔2026〕12号' };
    ok(await cast.officer.post(`/scenarios/${scenarioId}/export-budgets`, budget));
    const within = await inReview();
    expect(ok(await reviewer.get<Checks>(`/export-requests/${within.id}/checks`)).answer).toBe('pass');
    ok(await cast.officer.post(`/scenarios/${scenarioId}/export-budgets`, { ...budget, rows: 30 }));
    const over = await reaches(await submitted(counts), 'blocked', 'in-review');
    const { checks } = ok(await requester.get<Checks>(`/export-requests/${over.id}/checks`));
    expect([over.state, checks.find(({ check }) => check === 'volume')?.items[0]?.finding]).toEqual(['blocked', 'rows-over-budget']);
    expect((await read(request.id)).state).toBe('approved');
    ok(await cast.officer.post(`/scenarios/${scenarioId}/export-budgets`, budget));
  });
});

describe('the release', () => {
  it('takes a third person; the download is byte for byte what was reviewed, once, for the requester [EXP-01] [EXP-04] [EXP-06]', async () => {
    const request = await approved();
    expect((await reviewer.post(`/export-requests/${request.id}/releases`)).body).toMatchObject({ code: 'export.releaser-reviewed' });
    const released = ok(await releaser.post<Request>(`/export-requests/${request.id}/releases`));
    expect(released.state).toBe('released');
    const file = released.files[0];
    if (file === undefined) throw new Error('no file');
    const link = ok(await requester.post<{ path: string }>(`/export-requests/${request.id}/downloads`, { fileId: file.id }));
    expect((await download(cast.manager, link.path)).status).toBe(404);
    const answer = await download(requester, link.path);
    expect(answer.status).toBe(200);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.length, sha256(bytes)]).toEqual([file.bytes, file.digest]);
    expect(bytes.toString('utf8')).toMatch(/^district,decade,people\n/);
    const again = await download(requester, link.path);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([410, 'export.link-gone']);

    const manifest = parseSignedDocument(ok(await requester.get(`/export-requests/${request.id}/manifest`)));
    const documents = medium.app.get(SignedDocuments);
    await documents.ensureKeys();
    const trusted = await documents.verifierKeys();
    expect(manifest.waiting).toEqual({ for: 'sequencing' });
    expect(verifyManifest(manifest, trusted, { [file.name]: sha256(bytes) })).toMatchObject({ digest: released.manifestDigest });
    expect(manifest.document).toMatchObject({ scenario: scenarioId, recipient: '某商业银行', releasedBy: releaser.personId });
    const charged = await medium.sql(`SELECT 1 FROM platform.outbox WHERE type = 'usage.recorded.v1' AND key = $1`, [request.id]);
    expect(charged.length).toBe(1);
  });

  it('goes on where a download broke, and ends when the link is cut [EXP-06] [TERM-01]', async () => {
    const request = await approved();
    const { files } = ok(await releaser.post<Request>(`/export-requests/${request.id}/releases`));
    const fileId = files[0]?.id ?? '';
    const issue = async () =>
      ok(await requester.post<{ id: string; path: string }>(`/export-requests/${request.id}/downloads`, { fileId }));
    // However many are asked for at once, one of them opens.
    const asked = await Promise.all(Array.from({ length: 15 }, issue));
    expect(await medium.sql(`SELECT 1 FROM exports.release_links WHERE request_id = $1 AND state = 'open'`, [request.id])).toHaveLength(1);
    expect(asked).toHaveLength(15);
    const broken = await issue();
    await medium.sql(
      `SET session_replication_role = replica; UPDATE exports.release_links SET served = 10 WHERE id = '${broken.id}'; RESET session_replication_role`,
    );
    expect((await download(requester, broken.path, { range: 'bytes=11-' })).status).toBe(416);
    const rest = await download(requester, broken.path, { range: 'bytes=10-' });
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes 10-${String((files[0]?.bytes ?? 0) - 1)}/${String(files[0]?.bytes)}`,
    ]);
    expect((await rest.arrayBuffer()).byteLength).toBe((files[0]?.bytes ?? 0) - 10);

    const open = await issue();
    const seats = ok(await cast.officer.get<{ items: { id: string; personId: string }[] }>(`/seats?scenarioId=${scenarioId}`));
    const seat = seats.items.find(({ personId }) => personId === requester.personId);
    ok(await medium.security.post(`/seats/${seat?.id ?? ''}/revocations`, { ground: 'left', reason: '离岗' }));
    await medium.until(async () => (await download(requester, open.path)).status === 410, 'the link to be cut');
    const next = await requester.post(`/export-requests/${request.id}/downloads`, { fileId });
    expect(next).toMatchObject({ status: 409, body: { code: 'seat.not-active' } });
  });
});

describe('the stop', () => {
  it('lets nothing leave while the scenario is stopped; the authority alone resumes [EMG-06]', async () => {
    requester = await seatHolder(medium, cast, scenarioId);
    const request = await approved();
    ok(await requester.post(`/scenarios/${scenarioId}/stops`, { reason: '结果可能危害他人权益' }));
    expect((await releaser.post(`/export-requests/${request.id}/releases`)).body).toMatchObject({ code: 'export.closed' });
    const refused = await requester.post('/export-requests', {
      scenarioId,
      codeRunId: request.id,
      purpose: '继续使用',
      recipient: '某银行',
    });
    expect(refused.body).toMatchObject({ code: 'scenario.stopped' });
    ok(await cast.officer.post(`/scenarios/${scenarioId}/resumptions`, { reason: '已核查' }));
    expect(ok(await releaser.post<Request>(`/export-requests/${request.id}/releases`)).state).toBe('released');
  });
});

describe('what exports hold', () => {
  it('is named, destroyed and cannot be brought back; requests and manifests stay as records [DEST-01]', async () => {
    const scope = { domainId: newId(), authorisationId, scenarioIds: [scenarioId] };
    const holding = medium.app
      .get(Seams)
      .all('holding')
      .find(({ name }) => name === 'exports');
    const evidence = medium.app.get(Seams).all('evidence');
    const found = (await Promise.all(evidence.map((one) => one.evidence(systemClock.now())))).flat();
    expect(found.filter(({ requirementId }) => requirementId.startsWith('EXP-')).map(({ state }) => state)).toEqual([
      'shown',
      'shown',
      'shown',
      'shown',
    ]);
    const held = (await holding?.list(scope)) ?? [];
    expect(held.filter(({ kind }) => kind === 'object').every(({ sealedBy }) => sealedBy === `scenario/${scenarioId}`)).toBe(true);
    expect(held.length).toBeGreaterThan(10);
    await holding?.destroy(scope);
    expect(await holding?.list(scope)).toEqual([]);
    const attempts = (await holding?.readBack(scope)) ?? [];
    expect(attempts.length).toBeGreaterThan(5);
    expect(attempts.filter(({ outcome }) => outcome !== 'gone')).toEqual([]);
    const released = await medium.sql<{ manifest: unknown }>(`SELECT manifest FROM exports.export_requests WHERE released_at IS NOT NULL`);
    expect(released.length).toBeGreaterThan(0);
    expect(released.every(({ manifest }) => manifest !== null)).toBe(true);
  });
});
