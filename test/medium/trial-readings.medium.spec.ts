import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeXlsx } from 'hucre/xlsx';
import type { z } from 'zod';
import type { ReadingView } from '../../libs/datasets/contract.js';
import { registrationOf } from '../support/dataset-registration.js';
import { csv, dialectCases } from '../support/imported.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { ok } from '../support/operating.js';
import { refused } from '../support/outcomes.js';
import { UploadClient } from '../support/uploads.js';

type Reading = z.output<typeof ReadingView>;
let medium: Medium;
let steward: Caller;
let uploads: UploadClient;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext] });
  steward = await medium.person(await medium.organisation('provider'), ['provider']);
  uploads = await UploadClient.of(medium, steward);
}, 300_000);
afterAll(() => medium.close());

const registered = async (fields: readonly object[]): Promise<string> =>
  ok(await steward.post('/datasets', registrationOf(steward.organisationId, { fields }))).id;
const tried = async (bytes: Uint8Array, datasetId: string, format: object, by = steward) => {
  const uploadId = await uploads.whole(bytes);
  const answer = await by.post<Reading>(`/uploads/${uploadId}/trial-readings`, { datasetId, format });
  await uploads.abandon(`/api/v1/uploads/${uploadId}`);
  return answer;
};
const people = [
  { name: '姓名', type: 'text' },
  { name: '生日', type: 'date', written: { date: 'yyyy.M.d' } },
  { name: '收入(元)', type: 'decimal' },
];

describe('a trial reading', () => {
  it('answers for a file of every dialect what an import would make of it', async () => {
    for (const { name, base64, fields, options, want } of dialectCases) {
      const { grantNames: _granted, ...dialect } = options;
      const datasetId = await registered(fields);
      const reading = ok<Reading>(await tried(Buffer.from(base64, 'base64'), datasetId, { ...csv, ...dialect }));
      if (want === 'error' || reading.refused?.code === 'dataset-copy.wrong-encoding')
        expect([name, reading.refused]).toMatchObject([name, { code: expect.stringMatching(/^dataset-copy\./) }]);
      else if (want === 'bad') expect([name, reading.bad, reading.problems]).toMatchObject([name, 1, [{ line: 2, field: 'b' }]]);
      else if (want !== 'ok1') expect([name, reading.rows - reading.bad, reading.isWhole]).toEqual([name, want.length, true]);
    }
  }, 300_000);

  it('names rows, types and problems, says what to do in both languages, and shows no value', async () => {
    const datasetId = await registered(people);
    const text = '姓名,生日,收入(元)\n张三,1990.1.5,120.1234567\n李四,1990-01-05,1\n王五,1991.2.3\n';
    const reading = ok<Reading>(await tried(Buffer.from(text), datasetId, { kind: 'csv', encoding: 'utf-8' }));
    expect(reading).toMatchObject({
      ...{ readAs: 'csv, utf-8, ,', isWhole: true, rows: 3, bad: 2, badByReason: { 'not-a-date': 1, 'field-count': 1 } },
      columns: [
        { name: '姓名', type: 'text', storedAs: 'VARCHAR', written: null },
        { name: '生日', type: 'date', storedAs: 'DATE', written: 'yyyy.M.d' },
        { name: '收入(元)', type: 'decimal', storedAs: 'DECIMAL(28,10)', written: null },
      ],
      problems: [
        { line: 3, reason: 'not-a-date', field: '生日' },
        { line: 4, reason: 'field-count', field: null },
      ],
      refused: { code: 'dataset-copy.too-many-bad-rows', rule: { en: expect.stringContaining('2 of 3 lines') } },
    });
    expect(JSON.stringify(reading)).not.toMatch(/张三|李四|王五|120\.1/);
    const journal = await medium.sql<{ text: string }>(`SELECT t::text AS text FROM platform.journal t WHERE action = 'upload.tried'`);
    expect(journal.length).toBeGreaterThan(0);
    expect(JSON.stringify(journal)).not.toMatch(/张三|李四|王五|120\.1/);
  });

  it('reads a workbook and JSON lines, and says of a file that is none of these that it is not', async () => {
    const datasetId = await registered(people);
    const sheet = [people.map(({ name }) => name), ['张三', '1990.1.5', 12.5], ['李四', '1990.1.6', 3.3010619900307123e17]];
    const workbook = await writeXlsx({ sheets: [{ name: '一', rows: sheet }] });
    expect(ok<Reading>(await tried(workbook, datasetId, { kind: 'xlsx' }))).toMatchObject({
      ...{ readAs: 'xlsx', rows: 2, bad: 1, problems: [{ line: 3, reason: 'digits-lost' }] },
    });
    const lines = '{"姓名":"张三","生日":"1990.1.5","收入(元)":12.50}\n{"姓名":{"a":1}}\n{"名":"x"}\nnull\n';
    expect(ok<Reading>(await tried(Buffer.from(lines), datasetId, { kind: 'jsonl' }))).toMatchObject({
      ...{ rows: 4, bad: 3, badByReason: { 'nested-value': 1, 'unknown-key': 1, 'not-an-object': 1 } },
    });
    for (const kind of ['xlsx', 'parquet'])
      expect(ok<Reading>(await tried(Buffer.from('姓名,生日\n张三,1990.1.5\n'), datasetId, { kind })).refused).toMatchObject({
        ...{ code: 'dataset-copy.not-the-format', details: { readAs: kind } },
      });
    expect(ok<Reading>(await tried(Buffer.from('[{"姓名":"张三"}]'), datasetId, { kind: 'jsonl' })).refused?.code).toBe(
      'dataset-copy.not-the-format',
    );
  });

  it('stores nothing, uses no upload up, and is for the provider of the dataset and the owner of the upload alone', async () => {
    const datasetId = await registered(people);
    const uploadId = await uploads.whole(Buffer.from('姓名,生日,收入(元)\n张三,1990.1.5,1\n'));
    const body = { datasetId, format: { kind: 'csv', encoding: 'utf-8' } };
    const path = `/uploads/${uploadId}/trial-readings`;
    const kept = async () => [
      await medium.sql('SELECT claimed_by, destroyed_at FROM datasets.uploads WHERE id = $1', [uploadId]),
      await medium.sql('SELECT 1 FROM datasets.dataset_copies'),
      (await medium.platform.objects.list('')).length,
    ];
    const before = await kept();
    expect(ok<Reading>(await steward.post(path, body)).refused).toBeNull();
    expect(await kept()).toEqual(before);
    const colleague = await medium.person(steward.organisationId, ['provider']);
    expect(await colleague.post(path, body)).toMatchObject(refused('upload.not-found', 404));
    const otherId = await medium.organisation('provider');
    const other = await medium.person(otherId, ['provider']);
    const { id: foreign } = ok(await other.post('/datasets', registrationOf(otherId, { fields: people })));
    expect(await steward.post(path, { ...body, datasetId: foreign })).toMatchObject(refused('dataset.not-the-provider', 403));
    const location = (await uploads.begin(10)).headers.get('location') ?? '';
    expect(await steward.post(`${location.slice(location.indexOf('/uploads'))}/trial-readings`, body)).toMatchObject(
      refused('upload.incomplete', 409),
    );
  });
});
