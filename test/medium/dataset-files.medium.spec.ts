import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#kernel';
import { writeXlsx } from 'hucre/xlsx';
import { SandboxEngine, ScratchArea } from '#platform/engine';
import type { EngineInput } from '#platform/engine';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import { FolderStore, SealedObjects } from '#platform/objects';
import { plantedFaults, residentFields, residents } from '../../deploy/embedded/samples/residents.js';
import type { PlantedRow } from '../../deploy/embedded/samples/residents.js';
import { CopyFiles, goodRows, quarantinedRows } from '../../libs/datasets/application/copy-files.js';
import { delimitedRows } from '../../libs/datasets/application/delivered-text.js';
import { SortedDelivery } from '../../libs/datasets/application/sorted-delivery.js';
import type { Delivery } from '../../libs/datasets/application/sorted-delivery.js';
import { DeliveredTables } from '../../libs/datasets/application/delivered-tables.js';
import { TextFile } from '../../libs/datasets/application/text-file.js';
import type { DatasetCopy } from '../../libs/datasets/domain/dataset-copy.js';
import type { DeliveryFormat } from '../../libs/datasets/domain/delivery-format.js';
import type { Field } from '../../libs/datasets/domain/field.js';
import { csv, cut, dialectCases, field } from '../support/imported.js';

const fields: Field[] = residentFields.map((field) => ({ comment: '', check: null, ...field }));
const allFields = { fields: new Set(fields.map(({ name }) => name)), rowLimit: null, itemIds: [] };
const format = { kind: 'csv', encoding: 'gb18030', delimiter: ',', header: true } as const;
const copy = { id: newId(), scenarioId: newId() } as DatasetCopy;
const engineRoot = join('/dev/shm', `opdomain-files-${newId()}`);
const engine = await SandboxEngine.open({
  sandbox: 'preferred',
  sandboxUid: 60_700,
  memoryMb: 1024,
  threads: 2,
  wallClockMs: 120_000,
  scratchBytes: 2_000_000_000,
});

let dir: string;
let area: ScratchArea;
let keys: SealedKeyFile;
let objects: SealedObjects;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'files-'));
  await createMasterKeyFile(join(dir, 'master'));
  keys = await SealedKeyFile.open({ path: join(dir, 'keys.json'), masterKeyFile: join(dir, 'master') });
  objects = new SealedObjects(await FolderStore.open(join(dir, 'objects')), keys);
  area = new ScratchArea({ root: engineRoot, allowDiskScratch: false, owner: engine.scratchOwner });
});
afterAll(async () => {
  await rm(dir, { recursive: true });
  await rm(engineRoot, { recursive: true });
});

async function sort(bytes: Iterable<Uint8Array>, more: Partial<Delivery> = {}) {
  const scratch = area.allocate(500_000_000);
  await using good = await TextFile.create(scratch.file(goodRows));
  await using quarantine = await TextFile.create(scratch.file(quarantinedRows));
  const delivery = {
    ...{
      bytes: (async function* () {
        yield* bytes;
      })(),
      rows: (source: AsyncIterable<Uint8Array>) => delimitedRows(source, format),
      format,
      fields,
      grant: allFields,
      maxBadShare: 0.01,
      good,
      quarantine,
    },
    ...{ signal: new AbortController().signal, progress: () => Promise.resolve() },
    ...more,
  };
  const sorted = new SortedDelivery(delivery);
  const outcome = await sorted.run().then(
    () => undefined,
    (fault: unknown) => fault,
  );
  return { scratch, sorted, outcome };
}

/** What a file becomes: read, sorted, stored as Parquet, and that read back as text. */
async function stored(
  bytes: Uint8Array,
  wanted: DeliveryFormat,
  named: readonly Field[],
  granted: readonly string[] = named.map(({ name }) => name),
) {
  const tables = new DeliveredTables(engine);
  const scratch = area.allocate(200_000_000);
  const signal = new AbortController().signal;
  const file = await sort([], {
    ...{ bytes: cut(bytes), format: wanted, fields: named, grant: { fields: new Set(granted), rowLimit: null }, maxBadShare: 0.5 },
    rows: (source) => tables.rows(source, { format: wanted, fields: named, scratch, signal }),
  });
  if (file.outcome !== undefined)
    return { refused: file.outcome as { code: string; details: Record<string, unknown> }, sorted: file.sorted };
  await keys.create(`scenario/${copy.scenarioId}`);
  const { columns } = await new CopyFiles(keys, objects, engine).store(copy, file.sorted.kept, file.scratch, signal);
  const input: EngineInput = { name: 'kept', file: 'data.parquet', format: 'parquet', columns, access: 'view' };
  const texts = columns.map(({ name }) => `to_base64(encode(CAST("${name}" AS VARCHAR)))`).join(', ');
  const answer = await engine.run({
    scratch: file.scratch,
    inputs: [input],
    steps: [{ kind: 'sql', sql: `SELECT ${texts} FROM kept`, result: { rows: 100 } }],
  });
  const found = answer.ok && answer.steps[0]?.kind === 'rows' ? answer.steps[0].rows : [];
  const rows = found.map((row) => row.map((value) => (typeof value === 'string' ? Buffer.from(value, 'base64').toString() : null)));
  file.scratch.dispose();
  scratch.dispose();
  return { rows, columns, sorted: file.sorted };
}

describe('files of all kinds', () => {
  it('become the rows that they hold, from their bytes to the stored Parquet, or are refused', async () => {
    for (const { name, base64, fields: named, options, want } of dialectCases) {
      const { grantNames, ...dialect } = options;
      const done = await stored(
        Buffer.from(base64, 'base64'),
        { ...csv, ...dialect },
        named.map((one) => field(one.name, one.type)),
        grantNames,
      );
      if (typeof want === 'string') expect([name, done.refused?.code]).toEqual([name, expect.stringMatching(/^dataset-copy\./)]);
      else if (done.refused !== undefined) expect([name, done.refused.code]).toEqual([name, 'dataset-copy.wrong-encoding']);
      // The stored decimal has all places of its type.
      else
        expect([
          name,
          done.rows.map((row) => row.map((value) => (name.startsWith('decimal') ? (value?.replace(/0+$/, '') ?? null) : value))),
        ]).toEqual([name, want]);
    }
  }, 300_000);

  it('keep every character of their cells, the first one’s too', async () => {
    const nasty = ['x\ry', '\r', '\r\n', '\n', '"', '""', ',', ';', '\\', '\\N', 'NULL', '\u2028', '\u0085', '𠮷', ' ', "'", '#', '%'];
    for (const first of nasty.slice(0, 5)) {
      const cells = [first, ...nasty.filter((one) => one !== first)];
      const text = cells.map((one) => `"${one.replaceAll('"', '""')}","${one.replaceAll('"', '""')}"`).join('\n');
      const done = await stored(Buffer.from(text), { ...csv, header: false }, [field('单价（元/吨）'), field('增长率(%)')]);
      expect([done.refused, done.rows]).toEqual([undefined, cells.map((one) => [one, one])]);
    }
    // Lines that are stored as they stand, and what a line of another delimiter holds that the stored one's would part.
    const bare = [';', 'x\ry', '\\', '\\N', 'NULL', '\u2028', '\u0085', '𠮷', ' ', "'", '#', '%', ' a b ', '\t'];
    const plain = await stored(Buffer.from(bare.map((one) => `${one},${one}\n`).join('')), { ...csv, header: false }, [
      field('甲'),
      field('乙'),
    ]);
    expect([plain.refused, plain.rows]).toEqual([undefined, bare.map((one) => [one, one])]);
    const parted = await stored(Buffer.from('x;y\na,b;c\nd;"e,f"\n'), { ...csv, header: false, delimiter: ';' }, [
      field('甲'),
      field('乙'),
    ]);
    expect([parted.refused, parted.rows]).toEqual([undefined, [['x', 'y'], ['a,b', 'c'], ['d', 'e,f']]]); // prettier-ignore
    const wide = Array.from({ length: 30 }, (_, at) => field(`f${String(at)}`));
    const row = (characters: number): string => wide.map(() => '龘'.repeat(characters)).join(',');
    const long = await stored(Buffer.from([row(2), row(19_000), row(30_000), row(2)].join('\n')), { ...csv, header: false }, wide);
    expect([long.refused, long.rows?.length, long.sorted.badRows]).toEqual([undefined, 3, [{ line: 3, reason: 'too-long', field: null }]]);
  }, 120_000);

  const named = [field('工号'), field('入职', 'date'), field('工资', 'decimal'), field('次数', 'integer'), field('更新', 'datetime')];
  const want = [
    ['007', '2024-01-05', '1234.500000', '12345678901234567', '2024-01-05 10:20:30.123'],
    ['张"三\n', null, null, null, null],
  ];

  it('that are Parquet are opened by the engine alone, whatever their types, and numbered by row', async () => {
    const scratch = area.allocate(100_000_000);
    const sql = `SELECT '007' AS "工号", DATE '2024-01-05' AS "入职", 1234.5::DECIMAL(10,1) AS "工资", 12345678901234567 AS "次数", TIMESTAMP '2024-01-05 10:20:30.123' AS "更新"
      UNION ALL SELECT '张"三' || chr(10), NULL, NULL, NULL, NULL UNION ALL SELECT 'x' || chr(0), NULL, NULL, NULL, NULL`;
    await engine.run({ scratch, inputs: [], steps: [{ kind: 'sql', sql, result: { file: 'made.parquet', format: 'parquet' } }] });
    const bytes = await readFile(scratch.file('made.parquet'));
    const done = await stored(bytes, { kind: 'parquet' }, named);
    expect(done.rows).toEqual(want);
    expect(done.sorted.badRows).toEqual([{ line: 3, reason: 'control-character', field: '工号' }]);
    expect((await stored(bytes, { kind: 'parquet' }, named.slice(1))).refused).toMatchObject({
      code: 'dataset-copy.header-mismatch',
      details: { unknown: 1 },
    });
    for (const damaged of [
      Buffer.from('工号,入职\n1,2\n'),
      bytes.subarray(0, bytes.length - 40),
      Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(500), Buffer.from('PAR1')]),
    ])
      expect((await stored(damaged, { kind: 'parquet' }, named)).refused).toMatchObject({
        code: 'dataset-copy.not-the-format',
        details: { readAs: 'parquet' },
      });
    scratch.dispose();
  }, 120_000);

  it('that are JSON lines or a workbook are stored alike', async () => {
    const lines =
      '{"工号":"007","入职":"2024-01-05","工资":1234.5,"次数":12345678901234567,"更新":"2024-01-05T10:20:30.123"}\n{"工号":"张\\"三\\n","工资":null}\n';
    expect((await stored(Buffer.from(lines), { kind: 'jsonl', encoding: 'utf-8' }, named)).rows).toEqual(want);
    const day = new Date(Date.UTC(2024, 0, 5));
    const sheet = [
      named.map(({ name }) => name),
      ['007', day, 1234.5, '12345678901234567', new Date(Date.UTC(2024, 0, 5, 10, 20, 30, 123))],
      ['张"三\n'],
    ];
    const workbook = await writeXlsx({ sheets: [{ name: '一', rows: sheet }] });
    expect((await stored(workbook, { kind: 'xlsx', sheet: null, header: true }, named)).rows).toEqual(want);
  }, 120_000);
});

describe('a delivery of 200,000 residents in GB 18030', () => {
  it('is sorted into good and bad rows, with line and reason for each bad one, in bounded memory [REQ-10]', async () => {
    const planted: PlantedRow[] = [];
    global.gc?.();
    const before = process.memoryUsage().heapUsed;
    let peak = 0;
    const progress = (): Promise<void> => {
      peak = Math.max(peak, process.memoryUsage().heapUsed);
      return Promise.resolve();
    };
    const { scratch, sorted, outcome } = await sort(
      residents({ rows: 200_000, badRows: 140 }, (row) => planted.push(row)),
      { progress },
    );
    expect(outcome).toBeUndefined();
    expect(sorted.badRows.map(({ line, reason }) => ({ line, reason }))).toEqual(planted.map(({ line, reason }) => ({ line, reason })));
    expect(sorted.counts).toMatchObject({ rows: 200_000, bad: 140, badByReason: { 'field-count': 40, undecodable: 20 } });
    expect(peak - before).toBeLessThan(300 * 1024 * 1024);

    await keys.create(`scenario/${copy.scenarioId}`);
    const file = await new CopyFiles(keys, objects, engine).store(copy, sorted.kept, scratch, new AbortController().signal);
    expect(file).toMatchObject({ rows: 199_860, objectKey: `scenarios/${copy.scenarioId}/copies/${copy.id}/data.parquet` });
    expect(file.columns.map(({ type }) => type)).toEqual(
      fields.map(({ type }) => (type === 'date' ? 'DATE' : type === 'decimal' ? 'DECIMAL(24,6)' : 'VARCHAR')),
    );
    const people: EngineInput = { name: 'people', file: 'data.parquet', format: 'parquet', columns: file.columns, access: 'view' };
    const sql = `SELECT count(*), count("备注"), count(*) FILTER ("备注" LIKE '%' || chr(10) || '%') > 0, min("出生日期") > DATE '1930-01-01',
      count(*) FILTER ("姓名" LIKE '%·%') > 0, count(*) FILTER ("姓名" LIKE '%𠮷%') > 0, min(length("公民身份号码")) FROM people`;
    const answer = await engine.run({ scratch, inputs: [people], steps: [{ kind: 'sql', sql, result: { rows: 1 } }] });
    const row = answer.ok && answer.steps[0]?.kind === 'rows' ? answer.steps[0].rows[0] : undefined;
    expect(row?.[0]).toBe('199860');
    expect(row?.slice(2)).toEqual([true, true, true, true, '18']);
    scratch.dispose();
  }, 300_000);

  it('stops past the stated share, having read no more than it had to', async () => {
    let read = 0;
    function* counted(): Generator<Buffer> {
      for (const chunk of residents({ rows: 100_000, badRows: 5_000 })) {
        read += chunk.length;
        yield chunk;
      }
    }
    const { scratch, outcome } = await sort(counted());
    expect(outcome).toMatchObject({ code: 'dataset-copy.too-many-bad-rows', details: { maxShare: 0.01 } });
    expect(read).toBeLessThan(2_000_000);
    scratch.dispose();
  });

  it('keeps what was put aside with its cells, in the quarantine alone [AUD-08]', async () => {
    const { scratch, sorted } = await sort(residents({ rows: 2_000, badRows: 7 }));
    const lines = (await readFile(scratch.file(quarantinedRows), 'utf8')).trim().split('\n');
    const kept = lines.map((line) => JSON.parse(line) as { line: number; reason: string; cells: string[] });
    expect(kept.map(({ reason }) => reason)).toEqual(plantedFaults.map(({ reason }) => reason));
    expect(kept.every(({ cells }) => cells[0]?.startsWith('R'))).toBe(true);
    expect(JSON.stringify(sorted.badRows)).not.toMatch(/R0000/);
    scratch.dispose();
  });

  it('stores neither more rows nor more columns than were granted [REQ-06]', async () => {
    const grant = { fields: new Set(['姓名', '性别', '民族']), rowLimit: 100, itemIds: [] };
    const { scratch, sorted } = await sort(residents({ rows: 500 }), { grant });
    expect(sorted.counts).toMatchObject({ rows: 500, beyondGrant: 400 });
    expect(sorted.leftOut).toHaveLength(12);
    const stored = (await readFile(scratch.file(goodRows), 'utf8')).trim().split('\n');
    expect(stored).toHaveLength(100);
    expect(stored.every((line) => /^"[^"]+","[男女]","[^"]+",$/.test(line))).toBe(true);
    scratch.dispose();
  });
});
