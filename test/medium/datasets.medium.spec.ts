import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { writeXlsx } from 'hucre/xlsx';
import { approvedScenario, ok } from '../support/authorised.js';
import type { Cast } from '../support/authorised.js';
import { holdingOf } from '../support/holdings.js';
import { residentsFile } from '../support/residents.js';
import { ended, format, openWorld } from '../support/datasets-world.js';
import { refused, timesDone } from '../support/outcomes.js';

describe('a delivery', () => {
  let world: Awaited<ReturnType<typeof openWorld>>;
  let cast: Cast;
  beforeAll(async () => {
    world = await openWorld(true);
    cast = world.cast;
  });
  afterAll(() => world.medium.close());

  it('is imported: bad rows put aside, ungranted columns left out, the upload and its key destroyed [REQ-06]', async () => {
    const { medium, deliver, scenarioId } = world;
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
    expect(await timesDone(medium, id, 'dataset-copy.imported')).toBe(1);
    expect(events.filter(({ type }) => type === 'usage.recorded.v1')).toHaveLength(1);
  });

  it('may be of any kind and encoding, and is the same rows', async () => {
    const { medium, deliver } = world;
    const file = new TextDecoder('gb18030').decode(residentsFile({ rows: 5 }).bytes);
    const rows = file
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','));
    expect(rows.every((row) => row.length === 15)).toBe(true);
    const [header = [], ...people] = rows;
    const objects = people.map((row) => JSON.stringify(Object.fromEntries(row.map((value, at) => [header[at], value]))));
    const kinds: [Uint8Array, Record<string, unknown>][] = [
      [Buffer.from(`\uFEFF${rows.map((row) => row.join('|')).join('\r')}`, 'utf16le'), { kind: 'csv', encoding: 'utf-16', delimiter: '|' }],
      [Buffer.from(objects.join('\n')), { kind: 'jsonl' }],
      [
        await writeXlsx({
          sheets: [
            { name: '说明', rows: [['x']] },
            { name: '人口', rows },
          ],
        }),
        { kind: 'xlsx', sheet: '人口' },
      ],
    ];
    const scratch = medium.platform.scratch.allocate(50_000_000);
    const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
    const selects = people.map((row) => `SELECT ${row.map((value, at) => `${text(value)} AS "${header[at] ?? ''}"`).join(', ')}`);
    const step = { kind: 'sql', sql: selects.join(' UNION ALL '), result: { file: 'made.parquet', format: 'parquet' } } as const;
    await medium.platform.engine.run({ scratch, inputs: [], steps: [step] });
    kinds.push([await readFile(scratch.file('made.parquet')), { kind: 'parquet' }]);
    scratch.dispose();
    for (const [bytes, wanted] of kinds) {
      const copy = await ended(medium, cast.steward, ok(await deliver(bytes, { format: wanted })).id);
      expect([wanted['kind'], copy]).toMatchObject([
        wanted['kind'],
        { state: 'ready', failure: null, counts: { rows: 5, bad: 0 }, file: { rows: 5 } },
      ]);
    }
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
      [
        residentsFile({ rows: 50 }).bytes,
        { format: { kind: 'csv', encoding: 'utf-8' } },
        'dataset-copy.wrong-encoding',
        { declared: 'utf-8', readsAs: 'gb18030', line: 1, column: 1 },
      ],
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
    const holding = await holdingOf(medium, 'dataset-copies');
    const scope = { domainId: newId(), authorisationId, scenarioIds: [scenarioId] };
    const inventory = await holding.list(scope);
    const file = inventory.find(({ view, ref }) => view === 'stores' && ref.endsWith('data.parquet'));
    expect(inventory).toContainEqual(expect.objectContaining({ view: 'database', ref: file?.ref, sealedBy: `scenario/${scenarioId}` }));
    await holding.destroy(scope);
    await holding.destroy(scope);
    expect(await holding.list(scope)).toEqual([]);
    const attempts = await holding.readBack(scope);
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts.filter(({ outcome }) => outcome !== 'gone')).toEqual([]);
    expect(await medium.sql('SELECT 1 FROM datasets.bad_rows')).toEqual([]);
  });
});
