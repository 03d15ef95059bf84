import { CopyImport, DatasetsEvidence } from '#datasets';
import { newId, systemAct, systemClock } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { days, ok, someDigest } from '../support/authorised.js';
import type { Caller, Medium } from '../support/medium.js';
import { registration, residentsFile } from '../support/residents.js';
import { UploadClient } from '../support/uploads.js';

import { openWorld, type CopyAnswer, type DatasetAnswer } from '../support/datasets-world.js';
import { refused, timesDone } from '../support/outcomes.js';

/** Where nothing runs by itself: imports are started by the tests. */
let still: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  still = await openWorld(false);
});
afterAll(() => still.medium.close());

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
    held: () => Promise.resolve(),
  });

  it('publishes once, whole, and leaves nothing of the other tries [DES-03]', async () => {
    const { medium, deliver, cast, scenarioId } = still;
    const imports = (await medium.worker()).get(CopyImport, { strict: false });
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
    expect(await timesDone(medium, id, 'dataset-copy.imported')).toBe(1);
  });

  it('ends when the authorisation is suspended meanwhile, and publishes nothing [SUSP-01]', async () => {
    const { medium, deliver, cast, authorisationId, scenarioId } = still;
    const imports = (await medium.worker()).get(CopyImport, { strict: false });
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

  it('is its owner’s alone, is destroyed when given up, and needs a role and a length', async () => {
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
