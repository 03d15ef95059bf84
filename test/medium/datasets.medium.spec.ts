import { authorisationsContext } from '#authorisations';
import { CopiesHolding, CopyImport, datasetsContext, DatasetsEvidence } from '#datasets';
import { identityContext } from '#identity';
import { newId, systemAct, systemClock } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, days, grantedRequest, inForce, ok, openCast, requestedItem, someDigest } from '../support/authorised.js';
import type { Cast } from '../support/authorised.js';
import { openMedium } from '../support/medium.js';
import type { Answer, Caller, Medium } from '../support/medium.js';
import { registration, requestedFields, residentsFile } from '../support/residents.js';
import { UploadClient } from '../support/uploads.js';

interface CopyAnswer {
  readonly id: string;
  readonly state: string;
  readonly leftOut: readonly string[];
  readonly counts: { rows: number; bad: number } | null;
  readonly file: { rows: number; columns: readonly { name: string; type: string }[] } | null;
  readonly failure: { code: string; details: Record<string, unknown> } | null;
}
interface DatasetAnswer {
  readonly id: string;
  readonly fields: readonly Record<string, unknown>[];
  readonly proposal: { digest: string; lowered: string[] } | null;
}

const contexts = [identityContext, authorisationsContext, datasetsContext];
const format = { kind: 'csv', encoding: 'gb18030' };
const refused = (code: string, status: number) => ({ status, body: { code } });

async function openWorld(worker: boolean) {
  const medium = await openMedium({ contexts, worker });
  const cast = await openCast(medium);
  const { id: authorisationId } = await inForce(cast);
  const { id: scenarioId } = await approvedScenario(cast, authorisationId);
  const dataset = ok(await cast.steward.post<DatasetAnswer>('/datasets', registration(cast.provider)));
  await grantedRequest(cast, scenarioId, [requestedItem(cast, dataset.id, requestedFields)]);
  const uploads = await UploadClient.of(medium, cast.steward);
  const deliver = async (bytes: Uint8Array, more: Record<string, unknown> = {}): Promise<Answer<CopyAnswer>> =>
    cast.steward.post<CopyAnswer>('/dataset-copies', {
      datasetId: dataset.id,
      scenarioId,
      uploadId: await uploads.whole(bytes),
      format,
      ...more,
    });
  return { medium, cast, authorisationId, scenarioId, dataset, uploads, deliver };
}
const ended = (medium: Medium, reader: Caller, id: string): Promise<CopyAnswer> =>
  medium.until(
    async () => {
      const { body } = await reader.get<CopyAnswer>(`/dataset-copies/${id}`);
      return ['ready', 'failed'].includes(body.state) && body;
    },
    'the end of the import',
    90,
  );

/** Where nothing runs by itself: imports are started by the tests. */
let still: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  still = await openWorld(false);
});
afterAll(() => still.medium.close());

describe('a delivery', () => {
  let world: Awaited<ReturnType<typeof openWorld>>;
  let cast: Cast;
  beforeAll(async () => {
    world = await openWorld(true);
    cast = world.cast;
  });
  afterAll(() => world.medium.close());

  it('is imported: bad rows put aside, ungranted columns left out, the upload and its key destroyed [REQ-06] [IMP-01]', async () => {
    const { medium, deliver, scenarioId, dataset } = world;
    const { bytes, planted } = residentsFile({ rows: 3_000, badRows: 21 });
    const delivered = await deliver(bytes);
    expect(delivered.status).toBe(202);
    const { id } = delivered.body;
    const copy = await ended(medium, cast.steward, id);
    expect(copy).toMatchObject({ state: 'ready', counts: { rows: 3_000, bad: 21 }, file: { rows: 2_979 } });
    expect(copy.leftOut).toEqual(['人员编号', '电子邮箱', '备注']);
    expect(copy.file?.columns).toHaveLength(12);
    const bad = ok(
      await cast.steward.get<{ items: { line: number; reason: string }[]; total: number }>(`/dataset-copies/${id}/bad-rows?limit=200`),
    );
    expect(bad.total).toBe(21);
    expect(bad.items.map(({ line, reason }) => ({ line, reason }))).toEqual(planted.map(({ line, reason }) => ({ line, reason })));

    const [{ upload_id: uploadId } = { upload_id: '' }] = await medium.sql<{ upload_id: string }>(
      'SELECT upload_id FROM datasets.dataset_copies WHERE id = $1',
      [id],
    );
    await medium.until(
      async () => (await medium.platform.keys.state(`uploads/${uploadId}`)).state === 'destroyed',
      'the end of the upload',
    );
    expect(await medium.platform.objects.list(`uploads/${uploadId}`)).toEqual([]);
    const stored = await medium.platform.objects.list(`scenarios/${scenarioId}/copies/${id}`);
    expect(stored.map(({ key }) => key.split('/').at(-1))).toEqual(['data.parquet', 'quarantine.jsonl']);
    const events = await medium.sql<{ type: string; payload: unknown }>(
      'SELECT type, payload FROM platform.outbox WHERE key = $1 ORDER BY id',
      [id],
    );
    expect(events).toContainEqual({ type: 'dataset-copy.ready.v1', payload: { copyId: id, datasetId: dataset.id, scenarioId } });
    expect(events.filter(({ type }) => type === 'usage.recorded.v1')).toHaveLength(1);
  });

  it('leaves no value of its rows in journal, outbox, work or tables [AUD-08] [DES-01]', async () => {
    const { medium } = world;
    const tables = [
      'platform.journal',
      'platform.outbox',
      'platform.work',
      'datasets.dataset_copies',
      'datasets.bad_rows',
      'datasets.uploads',
    ];
    const { bytes } = residentsFile({ rows: 3_000, badRows: 21 });
    const values = new TextDecoder('gb18030')
      .decode(bytes)
      .split(/[\r\n,]+/)
      .filter((value) => /^(1[3-9]\d{9}|\d{17}[\dX]|\d{19})$/.test(value));
    for (const table of tables) {
      const [{ text } = { text: '' }] = await medium.sql<{ text: string }>(
        `SELECT coalesce(string_agg(t::text, ' '), '') AS text FROM ${table} t`,
      );
      const words = new Set(text.split(/[^0-9X]+/));
      expect(values.filter((value) => words.has(value))).toEqual([]);
    }
  });

  it('fails, saying why in names of fields and figures, when the file does not fit [REQ-10]', async () => {
    const { medium, deliver } = world;
    const cases: [Buffer, Record<string, unknown>, string, Record<string, unknown>][] = [
      [
        Buffer.from('姓名,身份证\n张三,330106199003071234\n'),
        { format: { kind: 'csv', encoding: 'utf-8' } },
        'dataset-copy.header-mismatch',
        { unknown: 1 },
      ],
      [residentsFile({ rows: 100, badRows: 7 }).bytes, {}, 'dataset-copy.too-many-bad-rows', { lines: 100, bad: 7 }],
      [residentsFile({ rows: 50 }).bytes, { format: { kind: 'csv', encoding: 'utf-8' } }, 'dataset-copy.header-mismatch', { unknown: 15 }],
      [Buffer.concat([residentsFile({ rows: 10 }).bytes, Buffer.from('"')]), {}, 'dataset-copy.csv-broken', {}],
      [residentsFile({ rows: 0 }).bytes, {}, 'dataset-copy.no-rows', {}],
    ];
    for (const [bytes, more, code, details] of cases) {
      const { id } = ok(await deliver(bytes, more));
      const copy = await ended(medium, cast.steward, id);
      expect(copy).toMatchObject({ state: 'failed', failure: { code, details }, file: null });
      expect(JSON.stringify(copy.failure)).not.toMatch(/张三|330106/);
    }
  });

  it('is refused for a scenario that was not granted the dataset, and to whoever is not its provider [REQ-03] [CLS-02]', async () => {
    const { deliver, uploads, medium, dataset, scenarioId, authorisationId } = world;
    const { id: other } = await approvedScenario(cast, authorisationId);
    const bytes = residentsFile({ rows: 10 }).bytes;
    expect(await deliver(bytes, { scenarioId: other })).toMatchObject(refused('dataset-copy.not-granted', 409));
    const stranger = await medium.person(await medium.organisation('provider'), ['provider']);
    const uploadId = await uploads.whole(bytes);
    const body = { datasetId: dataset.id, scenarioId, uploadId, format };
    expect(await stranger.post('/dataset-copies', body)).toMatchObject(refused('dataset.not-the-provider', 403));
    expect(await cast.manager.post('/dataset-copies', body)).toMatchObject(refused('http.role-missing', 403));
    const colleague = await medium.person(cast.provider, ['provider']);
    expect((await colleague.post('/dataset-copies', body)).status).toBe(202);
    expect(await cast.steward.post('/dataset-copies', body)).toMatchObject(refused('upload.used', 409));
  });

  it('does not exist for another unit [ISO-02]', async () => {
    const { medium, scenarioId } = world;
    const list = ok(await cast.manager.get<{ items: { id: string }[] }>(`/dataset-copies?scenarioId=${scenarioId}`));
    expect(list.items.length).toBeGreaterThan(0);
    const stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    expect(ok(await stranger.get<{ items: unknown[] }>(`/dataset-copies?scenarioId=${scenarioId}`)).items).toEqual([]);
    const id = list.items[0]?.id ?? '';
    expect(await stranger.get(`/dataset-copies/${id}`)).toMatchObject(refused('dataset-copy.not-found', 404));
    expect(await stranger.get(`/dataset-copies/${id}/bad-rows`)).toMatchObject(refused('dataset-copy.not-found', 404));
  });

  it('is refused, imported or read no more once the holding is frozen, and the authority alone thaws it [CLS-03]', async () => {
    const { deliver, dataset } = world;
    const path = `/datasets/${dataset.id}`;
    ok(await cast.steward.post(`${path}/freezes`, { marking: 'state-secret', reason: '复核发现涉密字段' }));
    expect(await deliver(residentsFile({ rows: 5 }).bytes)).toMatchObject(refused('dataset.frozen', 423));
    expect(await cast.steward.post(`${path}/thaws`, { reason: '无' })).toMatchObject(refused('http.role-missing', 403));
    ok(await cast.officer.post(`${path}/thaws`, { reason: '定密机关更正' }));
    expect((await deliver(residentsFile({ rows: 5 }).bytes)).status).toBe(202);
  });

  it('is in both views of a termination’s inventory, and unreadable in every way once destroyed [DEST-01] [DEST-02]', async () => {
    const { medium, scenarioId, authorisationId } = world;
    await medium.until(
      async () => (await medium.sql(`SELECT 1 FROM datasets.dataset_copies WHERE state IN ('received', 'importing')`)).length === 0,
      'imports',
    );
    const holding = medium.app.get(CopiesHolding, { strict: false });
    const scope = { domainId: newId(), authorisationId, scenarioIds: [scenarioId] };
    const inventory = await holding.inventory(scope);
    const file = inventory.find(({ view, ref }) => view === 'stores' && ref.endsWith('data.parquet'));
    expect(inventory).toContainEqual(expect.objectContaining({ view: 'database', ref: file?.ref, sealedBy: `scenario/${scenarioId}` }));
    await holding.destroy(scope);
    await holding.destroy(scope);
    expect(await holding.inventory(scope)).toEqual([]);
    const attempts = await holding.attemptRecovery(scope);
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts).toEqual(attempts.map(({ how }) => ({ how, recovered: false, answer: 'objects.absent' })));
    expect(await medium.sql('SELECT 1 FROM datasets.bad_rows')).toEqual([]);
  });
});

describe('deciding fields', () => {
  it('registers nothing without grade, conditions and contact, and nothing secret [CLS-02] [CLS-03]', async () => {
    const { cast } = still;
    const bare = registration(cast.provider, { grade: null, useConditions: { text: '' }, contact: { department: '', channel: '' } });
    expect(await cast.steward.post('/datasets', bare)).toMatchObject({
      ...refused('dataset.catalogue-incomplete', 400),
      body: { details: { missing: ['grade', 'useConditions', 'contact'] } },
    });
    expect(await cast.steward.post('/datasets', registration(cast.provider, { marking: 'state-secret' }))).toMatchObject(
      refused('dataset.secret', 409),
    );
  });

  it('lowers the protection of a field only with provider and authority, and keeps every version [CLS-01] [CLS-04]', async () => {
    const { cast, medium } = still;
    const dataset = ok(await cast.steward.post<DatasetAnswer>('/datasets', registration(cast.provider)));
    const path = `/datasets/${dataset.id}`;
    const lowered = dataset.fields.map((field) => (field['name'] === '手机号码' ? { ...field, grade: 'L1' } : field));
    const proposed = ok(await cast.steward.put<DatasetAnswer>(`${path}/fields`, { fields: lowered, reason: '复核' }));
    expect(proposed.proposal?.lowered).toEqual(['手机号码']);
    expect(proposed.fields).toEqual(dataset.fields);
    expect(await cast.steward.post(`${path}/field-approvals`, { digest: proposed.proposal?.digest })).toMatchObject(
      refused('http.role-missing', 403),
    );
    const approved = ok(await cast.officer.post<DatasetAnswer>(`${path}/field-approvals`, { digest: proposed.proposal?.digest }));
    expect(approved).toMatchObject({ fieldsVersion: 2, proposal: null, fields: lowered });
    const versions = await medium.sql('SELECT fields_version, approved_by FROM datasets.field_versions WHERE dataset_id = $1 ORDER BY 1', [
      dataset.id,
    ]);
    expect(versions).toEqual([
      { fields_version: 1, approved_by: null },
      { fields_version: 2, approved_by: cast.officer.personId },
    ]);
  });
});

describe('the compliance board', () => {
  it('is told what the catalogue shows right now [CLS-02]', async () => {
    const evidence = await still.medium.app.get(DatasetsEvidence, { strict: false }).evidence(systemClock.now());
    expect(evidence.map(({ requirementId, state }) => [requirementId, state])).toEqual([
      ['CLS-02', 'shown'],
      ['CLS-04', 'shown'],
      ['REQ-10', 'shown'],
    ]);
  });
});

describe('an import that is cut off or doubled', () => {
  const runOf = (copyId: string, signal = new AbortController().signal) => ({
    copyId,
    signal,
    act: (action: string) => systemAct('datasets', action, systemClock.now()),
    progress: () => Promise.resolve(),
  });

  it('publishes once, whole, and leaves nothing of the other tries [DES-03]', async () => {
    const { medium, deliver, cast, scenarioId } = still;
    const imports = medium.app.get(CopyImport, { strict: false });
    const { id } = ok(await deliver(residentsFile({ rows: 2_000 }).bytes));
    const cutOff = new AbortController();
    const first = imports.run({ ...runOf(id, cutOff.signal), progress: () => Promise.resolve() });
    cutOff.abort(new Error('the worker drains'));
    await expect(first).rejects.toThrow('the worker drains');
    expect((await cast.steward.get<CopyAnswer>(`/dataset-copies/${id}`)).body.state).toBe('importing');
    await Promise.all([imports.run(runOf(id)), imports.run(runOf(id))]);
    expect((await cast.steward.get<CopyAnswer>(`/dataset-copies/${id}`)).body).toMatchObject({ state: 'ready', file: { rows: 2_000 } });
    const versions = await medium.platform.objects.list(`scenarios/${scenarioId}/copies/${id}`);
    expect(versions.map(({ key }) => key.split('/').at(-1))).toEqual(['data.parquet']);
    const [{ version } = { version: '' }] = await medium.sql<{ version: string }>(
      `SELECT file ->> 'objectVersion' AS version FROM datasets.dataset_copies WHERE id = $1`,
      [id],
    );
    expect(versions[0]?.version).toBe(version);
    await imports.run(runOf(id));
    const events = await medium.sql(`SELECT 1 FROM platform.outbox WHERE key = $1 AND type = 'dataset-copy.ready.v1'`, [id]);
    expect(events).toHaveLength(1);
  });

  it('ends when the authorisation is suspended meanwhile, and publishes nothing [SUSP-01]', async () => {
    const { medium, deliver, cast, authorisationId, scenarioId } = still;
    const imports = medium.app.get(CopyImport, { strict: false });
    const { id } = ok(await deliver(residentsFile({ rows: 500 }).bytes));
    const imposing = { ground: 'security-duty-unmet', evidence: [{ what: '越权查询', digest: someDigest() }], decidedOn: days(0) };
    const period = { length: 10, unit: 'calendar-days', source: '协议第九条' };
    ok(await cast.officer.post(`/authorisations/${authorisationId}/suspensions`, { ...imposing, period }));
    await imports.run(runOf(id));
    expect((await cast.steward.get<CopyAnswer>(`/dataset-copies/${id}`)).body).toMatchObject({
      state: 'failed',
      failure: { code: 'authorisation.suspended' },
    });
    expect(await medium.platform.objects.list(`scenarios/${scenarioId}/copies/${id}`)).toEqual([]);
  });
});

describe('an upload', () => {
  let medium: Medium;
  let client: UploadClient;
  let steward: Caller;
  beforeAll(() => {
    ({ medium, uploads: client } = still);
    steward = still.cast.steward;
  });

  it('resumes where the connection broke, encrypted part by part', async () => {
    const bytes = residentsFile({ rows: 20_000 }).bytes;
    const begun = await client.begin(bytes.length);
    expect(begun.status).toBe(201);
    const location = begun.headers.get('location') ?? '';
    const id = location.slice(location.lastIndexOf('/') + 1);
    const broken = new AbortController();
    const half = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(bytes.subarray(0, 1_000_000));
        await medium.until(
          async () => (await medium.platform.objects.list(`uploads/${id}`)).some(({ cipherBytes }) => cipherBytes > 500_000),
          'the first bytes',
        );
        broken.abort();
      },
    });
    await expect(client.write(location, 0, half, broken.signal)).rejects.toThrow();
    const offset = await medium.until(async () => (await client.offset(location)) || undefined, 'the offset after the break');
    expect(offset).toBeLessThanOrEqual(1_000_000);
    expect((await client.write(location, offset + 1, bytes.subarray(offset + 1))).status).toBe(409);
    expect((await client.write(location, offset, bytes.subarray(offset))).status).toBe(204);
    expect(await client.offset(location)).toBe(bytes.length);
    const parts = await medium.sql<{ object_key: string }>(
      'SELECT object_key FROM datasets.upload_parts WHERE upload_id = $1 ORDER BY part',
      [id],
    );
    const read: Uint8Array[] = [];
    for (const { object_key } of parts)
      for await (const chunk of await medium.platform.objects.get(object_key, { sealedBy: `uploads/${id}` })) read.push(chunk);
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    const acts = await medium.sql<{ action: string }>('SELECT DISTINCT action FROM platform.journal WHERE object_id = $1 ORDER BY 1', [id]);
    expect(acts.map(({ action }) => action)).toEqual(['upload.created', 'upload.read', 'upload.written']);
  });

  it('is its owner’s alone, is destroyed when given up, and needs a role and a length [IMP-01]', async () => {
    const location = (await client.begin(100)).headers.get('location') ?? '';
    const colleague = await UploadClient.of(medium, await medium.person(steward.organisationId, ['provider']));
    expect((await colleague.write(location, 0, Buffer.alloc(100))).status).toBe(404);
    expect((await client.begin(0)).status).toBe(400);
    const developer = await UploadClient.of(medium, await medium.person(await medium.organisation('unit'), ['unit-developer']));
    expect((await developer.begin(100)).status).toBe(403);
    expect((await client.write(location, 0, Buffer.alloc(100))).status).toBe(204);
    expect((await client.abandon(location)).status).toBe(204);
    const id = location.slice(location.lastIndexOf('/') + 1);
    expect(await medium.platform.objects.list(`uploads/${id}`)).toEqual([]);
    expect((await medium.platform.keys.state(`uploads/${id}`)).state).toBe('destroyed');
    expect((await client.write(location, 0, Buffer.alloc(100))).status).toBe(404);
  });

  it('begins once however often the request is repeated', async () => {
    const key = { 'idempotency-key': newId() };
    const locations = [await client.begin(50, key), await client.begin(50, key)].map(({ headers }) => headers.get('location'));
    expect(locations[0]).toBe(locations[1]);
  });
});
