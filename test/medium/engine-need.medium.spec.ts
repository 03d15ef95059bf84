import { afterAll, describe, expect, it } from '@jest/globals';
import { SandboxEngine, ScratchArea, type EngineLimits } from '#platform/engine';
import { rmSync } from 'node:fs';
import { duckdbType } from '../../libs/desensitisation/domain/compile.js';
import { needOf } from '../../libs/desensitisation/domain/engine-need.js';
import { Desensitising } from '../../libs/desensitisation/application/desensitising.js';
import type { SensitiveType } from '../../libs/datasets/contract.js';
import type { UsableCopy } from '../../libs/desensitisation/application/copy-gate.js';
import type { Plan as Content, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { openDelivered, type Delivered, type Plan, type Run } from '../support/delivered.js';
import { ok } from '../support/operating.js';

const opened: Delivered[] = [];
const root = `/dev/shm/opdomain-need-${String(process.pid)}`;
afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(root, { recursive: true, force: true });
});
async function withScratch(scratchBytes?: number): Promise<Delivered> {
  const data = await openDelivered((config) => ({
    ...config,
    engine: { ...config.engine, ...(scratchBytes === undefined ? {} : { scratchBytes }) },
  }));
  opened.push(data);
  return data;
}
const order = (data: Delivered, { id }: Plan) => data.operating.manager.post<Run>('/desensitisation-runs', { planId: id });
async function approved(data: Delivered): Promise<Plan> {
  const { id, content } = await data.propose();
  // Half of the rows may be left out: so few have few like them.
  const singlingOut = { quasiIdentifiers: ['性别', '民族', '文化程度', '参保类型', '出生日期', '户籍地址'], k: 2, suppressAtMost: 0.5 };
  const columns = content?.columns.map((one) => (one.technique.kind === 'ask' ? { ...one, technique: { kind: 'drop' } } : one));
  const put = await data.steward.put<Plan>(`/desensitisation-plans/${id}`, { ...content, columns, singlingOut, sampling: { rate: 0.95 } });
  return ok<Plan>(await data.approve(ok(put), data.operating.authority));
}

describe('a run that would exceed the engine', () => {
  it('is refused when it is ordered, with what it needs and what would do, journaled, and foreseen by its plan [DES-03]', async () => {
    const data = await withScratch(1_048_576);
    const plan = await approved(data);
    expect(plan.engineNeed).toMatchObject({ fits: false, scratchLimitMb: 1 });
    const refused = await order(data, plan);
    const details = { rows: 3000, scratchMb: 1, neededScratchMb: plan.engineNeed?.scratchMb, rowsThatFit: expect.any(Number) as unknown };
    expect(refused).toMatchObject({ status: 422, body: { code: 'desensitisation.exceeds-engine', details } });
    const { rowsThatFit } = (refused.body as unknown as { details: { rowsThatFit: number } }).details;
    expect(rowsThatFit).toBeGreaterThan(500);
    expect(rowsThatFit).toBeLessThan(3000);
    const journaled = await data.medium.sql(
      `SELECT 1 FROM platform.journal WHERE action = 'desensitisation-run.ordered' AND outcome = 'refused' AND canonical LIKE '%exceeds-engine%'`,
    );
    expect(journaled).toHaveLength(1);
    expect(await data.medium.sql('SELECT 1 FROM desensitisation.runs')).toHaveLength(0);
  }, 240_000);

  it('is taken where it just fits, and ends well [DES-03]', async () => {
    const data = await withScratch(2 * 1_048_576);
    const plan = await approved(data);
    expect(plan.engineNeed).toMatchObject({ fits: true, scratchMb: 2, scratchLimitMb: 2 });
    expect(await data.run(plan)).toMatchObject({ state: 'succeeded', cause: null });
  }, 240_000);
});

describe('the estimate of what a run needs', () => {
  it('is enough: with no more memory and scratch than that, made and proven, while most of it spills', async () => {
    const rows = 600_000;
    const pseudonym: Technique = { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'id', hexLength: 32 };
    const drawn: readonly (readonly [string, SchemaColumn['type'], Technique, string])[] = [
      ['id', 'text', pseudonym, `printf('%018d', i * 104729)`],
      ['mobile', 'text', { kind: 'mask', shape: 'mobile' }, `CAST(13000000000 + i * 617 % 5999999999 AS VARCHAR)`],
      ['address', 'text', { kind: 'generalise', to: { by: 'address', level: 'district' } }, `'浙江省杭州市西湖区文三路' || i || '号'`],
      ['born', 'date', { kind: 'generalise', to: { by: 'date', unit: 'year' } }, `DATE '1940-01-01' + CAST(i * 31 % 27000 AS INTEGER)`],
      ['note', 'text', { kind: 'redact' }, `repeat(md5(CAST(i AS VARCHAR)), 4)`],
      ['paid', 'decimal', { kind: 'round', decimals: 0, mode: 'nearest' }, `CAST(i * 997 % 3000000 / 100 AS DECIMAL(28,10))`],
    ];
    const schema = drawn.map(([name, type]): SchemaColumn => ({ name, type }));
    const types = { id: 'resident-id', mobile: 'mobile', address: 'address', born: 'birth-date' } as const;
    const plan: Content = {
      columns: drawn.map(([column, , technique]) => ({
        column,
        technique,
        grade: 'L3',
        sensitiveType: (types as Readonly<Record<string, SensitiveType>>)[column] ?? 'none',
      })),
      sampling: { rate: 0.99 },
    };
    const open = async (limits: Pick<EngineLimits, 'memoryMb' | 'scratchBytes'>) =>
      SandboxEngine.open({ sandbox: 'preferred', sandboxUid: 60_700, threads: 2, wallClockMs: 300_000, ...limits });
    const making = await open({ memoryMb: 1024, scratchBytes: 1e9 });
    const area = new ScratchArea({ root, allowDiskScratch: false, owner: making.scratchOwner });
    await using scratch = area.allocate(1e9);
    const select = drawn.map(([name, type, , sql]) => `CAST(${sql} AS ${duckdbType[type]}) AS "${name}"`).join(', ');
    const text = drawn.map(([name]) => `sum(octet_length(encode(CAST("${name}" AS VARCHAR))) + 1)`).join(' + ');
    const all = `SELECT ${select} FROM range(${String(rows)}) AS r(i)`;
    const made = await making.run({
      ...{ scratch, inputs: [] },
      steps: [
        { kind: 'sql', sql: all, result: { file: 'raw.parquet', format: 'parquet' } },
        { kind: 'sql', sql: `SELECT ${text} FROM (${all})`, result: { rows: 1 } },
      ],
    });
    const textBytes = made.ok && made.steps[1]?.kind === 'rows' ? Number(made.steps[1].rows[0]?.[0]) : 0;
    const size = { rows, fileBytes: scratch.bytes(), textBytes };
    const { memoryBytes } = needOf(plan, size, { memoryBytes: 0, scratchBytes: 0 });
    const { scratchBytes } = needOf(plan, size, { memoryBytes, scratchBytes: 0 });
    const engine = await open({ memoryMb: Math.ceil(memoryBytes / 2 ** 20), scratchBytes });
    const desensitising = new Desensitising(engine);
    const given = { ...scratch, maxBytes: scratchBytes };
    const copy = { columns: schema.map((one) => ({ ...one, stored: duckdbType[one.type] })) } as unknown as UsableCopy;
    const keys = { keys: { id: Buffer.alloc(32, 'k') }, seed: 'seed', versions: {} };
    const watch = { signal: new AbortController().signal, onProgress: () => undefined };
    const compiled = desensitising.compile(plan, schema, { delivery: 'd', seed: 'seed', order: 'o' });
    const output = await desensitising.make(given, copy, compiled, keys, watch);
    expect(output.rows).toBeGreaterThan(590_000);
    const proof = await desensitising.examine(given, copy, plan, schema, compiled.columns, 'seed', watch);
    expect(proof.checks.length).toBeGreaterThan(20);
  }, 300_000);
});
