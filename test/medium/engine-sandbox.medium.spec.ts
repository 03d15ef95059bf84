import { sqlText } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  SandboxEngine,
  ScratchArea,
  engineRefusals,
  type EngineJob,
  type EngineOutcome,
  type EngineStep,
  type Scratch,
} from '#platform/engine';
import { firstFile } from '../../libs/platform/engine/launcher.js';

const root = `/dev/shm/opdomain-engine-test-${String(process.pid)}`;
const engine = await SandboxEngine.open({
  sandbox: 'preferred',
  sandboxUid: 60_700,
  memoryMb: 512,
  threads: 2,
  wallClockMs: 60_000,
  scratchBytes: 500_000_000,
});
let area: ScratchArea;
let scratch: Scratch;

const select = (sql: string): EngineStep => ({ kind: 'sql', sql, result: { rows: 10 } });
const script = (sql: string): EngineStep => ({ kind: 'sql', sql, result: 'none' });
const run = (steps: EngineStep[], more: Partial<EngineJob> = {}): Promise<EngineOutcome> =>
  engine.run({ scratch, inputs: [], steps, ...more });
const causeOf = (outcome: EngineOutcome) => (outcome.ok ? undefined : outcome.cause);

beforeAll(() => {
  area = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner });
  scratch = area.allocate(500_000_000);
  writeFileSync(scratch.file('people.csv'), 'name,mobile,secret\n张三,13812345678,raw-1\n李四,13912345678,raw-2\n王五,13812345678,raw-3\n');
});
afterAll(() => {
  scratch.dispose();
  rmSync(root, { recursive: true, force: true });
});

const people = {
  name: 'people',
  file: 'people.csv',
  format: 'csv',
  columns: [
    { name: 'name', type: 'VARCHAR' },
    { name: 'mobile', type: 'VARCHAR' },
    { name: 'secret', type: 'VARCHAR' },
  ],
  csv: { header: true, delimiter: ',', quote: '"' },
} as const;

describe('the sandboxed engine', () => {
  it('reads an input, writes Parquet and hands rows back', async () => {
    const outcome = await run(
      [
        {
          kind: 'sql',
          sql: 'SELECT name, length(mobile) AS digits FROM people ORDER BY name; -- with a comment',
          result: { file: 'out.parquet', format: 'parquet' },
        },
        select('SELECT count(*) AS n FROM people'),
      ],
      { inputs: [{ ...people, access: 'view' }] },
    );
    expect(outcome).toMatchObject({
      ok: true,
      steps: [
        {
          kind: 'file',
          file: 'out.parquet',
          rows: 3,
          columns: [
            { name: 'name', type: 'VARCHAR' },
            { name: 'digits', type: 'BIGINT' },
          ],
        },
        { kind: 'rows', rows: [['3']], truncated: false },
      ],
    });
    expect(readFileSync(scratch.file('out.parquet')).subarray(0, 4).toString()).toBe('PAR1');
  });

  it('lets SQL touch nothing but its own files: no path, network, database, extension, setting, secret or environment [DES-01] [MOD-03]', async () => {
    const elsewhere = join(scratch.folder, 'other.parquet');
    const forbidden = [
      `SELECT * FROM read_csv('/etc/passwd')`,
      `SELECT * FROM read_text('/etc/passwd')`,
      `SELECT * FROM read_blob('/proc/self/environ')`,
      `SELECT * FROM glob('/etc/*')`,
      `SELECT * FROM '/etc/passwd'`,
      `SELECT * FROM read_text('${scratch.folder}/people.csv/../people.csv')`,
      `SELECT * FROM 'http://127.0.0.1:9/x.parquet'`,
      `SELECT * FROM 's3://bucket/x.parquet'`,
      ...['/proc/self/fd', '/proc/thread-self/fd', '/dev/fd'].map((fd) => `SELECT * FROM read_text('${fd}/${String(firstFile)}')`),
      `SELECT getenv('HOME')`,
      `FROM query('SELECT * FROM read_text(''/etc/passwd'')')`,
    ];
    const forbiddenStatements = [
      `COPY (SELECT 1) TO '${elsewhere}'`,
      `COPY people TO '/dev/stdout'`,
      `ATTACH '${join(scratch.folder, 'x.db')}'`,
      `ATTACH ':memory:' AS y`,
      `EXPORT DATABASE '${join(scratch.folder, 'e')}'`,
      `INSTALL httpfs`,
      `LOAD httpfs`,
      `LOAD '/tmp/x.duckdb_extension'`,
      `SET threads=1`,
      `SET GLOBAL enable_external_access=true`,
      `RESET lock_configuration`,
      `PRAGMA threads=1`,
      `PRAGMA enable_profiling`,
      `CALL enable_logging()`,
      `CREATE SECRET (TYPE s3)`,
      `CREATE MACRO f() AS TABLE SELECT * FROM read_text('/etc/passwd'); CREATE TABLE leaked AS SELECT * FROM f()`,
    ];
    const inputs = [{ ...people, access: 'table' }] as const;
    expect((await run([script('CREATE TABLE t AS SELECT * FROM people'), select('SELECT * FROM t')], { inputs })).ok).toBe(true);
    const outcomes = await Promise.all([
      ...forbidden.map(async (sql) => [sql, causeOf(await run([select(sql)], { inputs }))] as const),
      ...forbiddenStatements.map(async (sql) => [sql, causeOf(await run([script(sql)], { inputs }))] as const),
    ]);
    for (const [sql, cause] of outcomes) {
      expect([sql, cause]).toEqual([
        sql,
        expect.objectContaining({
          step: 0,
          kind: /getenv|FROM '.etc/.test(sql)
            ? 'Catalog'
            : expect.stringMatching(/^(Permission|COPY|ATTACH|EXPORT|LOAD|SET|PRAGMA|CALL|Invalid Input)$/),
        }),
      ]);
    }
    expect(existsSync(elsewhere)).toBe(false);
    expect(readdirSync(scratch.folder).filter((name) => !['people.csv', 'out.parquet', 'spill'].includes(name))).toEqual([]);
  }, 180_000);

  it('hides the columns of an input that were not named, and its file, from SQL that others wrote [MOD-03]', async () => {
    const inputs = [{ ...people, columns: people.columns.slice(0, 2), access: 'table' as const }];
    // A CSV is read by position, so its projection is a Parquet file made beforehand; here the file itself must be out of reach.
    const made = await run([{ kind: 'sql', sql: 'SELECT * FROM people', result: { file: 'people.parquet', format: 'parquet' } }], {
      inputs: [{ ...people, access: 'view' }],
    });
    expect(made.ok).toBe(true);
    const parquet = inputs.map((input) => ({ ...input, file: 'people.parquet', format: 'parquet' as const }));
    expect(causeOf(await run([select('SELECT secret FROM people')], { inputs: parquet }))).toMatchObject({
      code: 'engine.sql-error',
      kind: 'Binder',
      line: 1,
      column: 8,
    });
    expect(
      causeOf(await run([select(`SELECT secret FROM read_parquet('/proc/self/fd/${String(firstFile)}')`)], { inputs: parquet })),
    ).toMatchObject({
      kind: 'Permission',
    });
  });

  it('says the kind, line and column of an error and never a value [DES-01]', async () => {
    const inputs = [{ ...people, access: 'table' }] as const;
    const sql = 'SELECT 1 AS "中文",\n  CAST(name AS INTEGER) FROM people';
    for (const step of [select(sql), { kind: 'sql', sql, result: { file: 'never.parquet', format: 'parquet' } } as const]) {
      const outcome = await run([script('SELECT 1'), step], { inputs });
      expect(outcome).toMatchObject({ ok: false, cause: { code: 'engine.sql-error', kind: 'Conversion', step: 1, line: 2, column: 3 } });
      expect(JSON.stringify(outcome)).not.toMatch(/张三|13812345678/);
    }
    const spoken = await run([select("SELECT error('13812345678')")], { inputs });
    expect(spoken).toMatchObject({ ok: false, cause: { kind: 'Invalid Input', step: 0 } });
    expect(JSON.stringify(spoken)).not.toContain('13812345678');
    expect(causeOf(await run([select('SELEC 1')]))).toMatchObject({ kind: 'Parser', line: 1, column: 1 });
    expect(causeOf(await run([select("SELECT 1) TO '/tmp/x'; SELECT (1")]))).toMatchObject({ code: 'engine.sql-error', kind: 'Parser' });
    expect(causeOf(await run([select('SELECT 1; SELECT 2')]))).toMatchObject({ code: 'engine.statement-not-allowed', kind: 'MULTI' });
  }, 60_000);

  it('computes keyed pseudonyms as HMAC (RFC 2104) does, for distinct values, and joins them back', async () => {
    const keys = { k3: Buffer.alloc(32, 7), k2: Buffer.alloc(48, 9) };
    const outcome = await run(
      [
        { kind: 'dictionary', name: 'd3', from: 'SELECT mobile FROM people', algorithm: 'sm3', key: 'k3', hexLength: 32 },
        { kind: 'dictionary', name: 'd2', from: 'SELECT name FROM people', algorithm: 'sha256', key: 'k2', hexLength: 64 },
        select('SELECT d2.pseudonym, d3.pseudonym FROM people JOIN d3 ON d3.value = mobile JOIN d2 ON d2.value = name ORDER BY name'),
      ],
      { inputs: [{ ...people, access: 'view' }], keys },
    );
    const expected = [
      ['张三', '13812345678'],
      ['李四', '13912345678'],
      ['王五', '13812345678'],
    ].map(([n = '', m = '']) => [
      createHmac('sha256', keys.k2).update(n).digest('hex'),
      createHmac('sm3', keys.k3).update(m).digest('hex').slice(0, 32),
    ]);
    expect(outcome).toMatchObject({
      ok: true,
      steps: [
        { kind: 'dictionary', values: 2 },
        { kind: 'dictionary', values: 3 },
        { kind: 'rows', rows: expected },
      ],
    });
  });

  it('computes keyed functions of any text as HMAC does, of whatever length and letters, and of nothing nothing', async () => {
    const texts = [
      ...fc.sample(fc.string({ unit: 'grapheme', maxLength: 70 }), { numRuns: 700, seed: 5 }),
      ...fc.sample(fc.string({ unit: fc.constantFrom(...Array.from('0123456789Xab青田𠮷')), maxLength: 45 }), { numRuns: 2500, seed: 6 }),
    ].filter((text) => text.isWellFormed() && !text.includes('\0'));
    const keys = { short: Buffer.alloc(16, 7), long: Buffer.alloc(64, 9) };
    const steps = [
      { kind: 'keyed', name: 'a', algorithm: 'sm3', key: 'short', hexLength: 32 },
      { kind: 'keyed', name: 'b', algorithm: 'sm3', key: 'long', hexLength: 50 },
      { kind: 'keyed', name: 'c', algorithm: 'sha256', key: 'long', hexLength: 64 },
    ] as const;
    const given = texts.map((text) => `(${sqlText(text)})`).join(', ');
    const wanted = { kind: 'sql', sql: 'SELECT v, a(v), b(v), c(v) FROM t', result: { rows: 5000 } } as const;
    const outcome = await run([script(`CREATE TEMP TABLE t AS SELECT * FROM (VALUES ${given}, (NULL)) AS t(v)`), ...steps, wanted], {
      keys,
    });
    expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
    const rows = outcome.ok && outcome.steps[4]?.kind === 'rows' ? outcome.steps[4].rows : [];
    expect(rows).toHaveLength(texts.length + 1);
    for (const [v, ...made] of rows) {
      const text = v as string | null;
      const mac = (step: (typeof steps)[number]): string | null =>
        text === null ? null : createHmac(step.algorithm, keys[step.key]).update(text).digest('hex').slice(0, step.hexLength);
      expect([v, ...made]).toEqual([v, ...steps.map(mac)]);
    }
  }, 60_000);

  const forever = select('SELECT max(hash(a.range, b.range)) FROM range(10000000) a, range(10000000) b');
  /** Pids of engine processes, seen from outside, that descend from this one. */
  const sandboxes = (): string[] => {
    const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)?.slice(1) ?? []);
    const parents = new Map(rows.map(([pid = '', parent = '']) => [pid, parent]));
    const ours = (pid: string): boolean => pid === String(process.pid) || (parents.has(pid) && ours(parents.get(pid) ?? ''));
    return rows.flatMap(([pid = '', , args = '']) => (/^\S*node .*engine\/child\.m?(ts|js)$/.test(args) && ours(pid) ? [pid] : []));
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 20_000; !holds();) {
      if (Date.now() > end) throw new Error('the condition did not come true in 20 s');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('gives its process no environment, no key among its arguments and no core dump, and kills it when cancelled', async () => {
    const controller = new AbortController();
    const running = engine.run({ scratch, inputs: [], steps: [forever], keys: { k: Buffer.alloc(32, 65) } }, { signal: controller.signal });
    await until(() => sandboxes().length === 1);
    const [pid = ''] = sandboxes();
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toMatch(/HOME=|PATH=|QUFB/);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('QUFB');
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/Max core file size\s+0\s+0/);
    controller.abort();
    expect(causeOf(await running)).toEqual({ code: 'engine.cancelled' });
    await until(() => sandboxes().length === 0);
  });

  it('ends a run at its limit of time, memory or scratch and says which', async () => {
    const [time, memory, spill, output] = await Promise.all([
      run([forever], { limits: { wallClockMs: 1500 } }),
      run([script('CREATE TABLE t AS SELECT range r, md5(range::VARCHAR) m FROM range(30000000)')], {
        limits: { memoryMb: 100, scratchBytes: 0 },
      }),
      run([script('CREATE TABLE t AS SELECT range r, md5(range::VARCHAR) m FROM range(30000000)')], {
        limits: { memoryMb: 100, scratchBytes: 20_000_000 },
      }),
      run([{ kind: 'sql', sql: 'SELECT uuid() u FROM range(20000000)', result: { file: 'big.csv', format: 'csv' } }], {
        limits: { scratchBytes: 5_000_000 },
      }),
    ]);
    expect(causeOf(time)?.code).toBe('engine.time-limit');
    expect(causeOf(memory)?.code).toMatch(/^engine\.(memory|scratch)-limit$/);
    expect(causeOf(spill)?.code).toBe('engine.scratch-limit');
    expect(causeOf(output)?.code).toBe('engine.scratch-limit');
    truncateSync(scratch.file('big.csv'));
  });

  it('counts what its files hold and what it spills together', async () => {
    await using full = area.allocate(400_000_000);
    truncateSync(full.file('raw.bin'), 395_000_000);
    const wide = script('CREATE TABLE t AS SELECT range r, md5(range::VARCHAR) m FROM range(6000000)');
    const limits = { memoryMb: 150, scratchBytes: 400_000_000 };
    expect(causeOf(await engine.run({ scratch: full, inputs: [], steps: [wide, forever], limits }))?.code).toBe('engine.scratch-limit');
    truncateSync(full.file('raw.bin'));
    const cause = causeOf(await engine.run({ scratch: full, inputs: [], steps: [wide, select('SELECT 1')], limits }));
    expect(cause).toBeUndefined();
  });

  it('spills within its scratch and leaves nothing there', async () => {
    const outcome = await run(
      [script('CREATE TABLE t AS SELECT range r, md5(range::VARCHAR) m FROM range(4000000)'), select('SELECT count(DISTINCT m) FROM t')],
      {
        limits: { memoryMb: 200, scratchBytes: 2_000_000_000 },
      },
    );
    expect(outcome).toMatchObject({ ok: true, steps: [{ kind: 'none' }, { rows: [['4000000']] }] });
    expect(readdirSync(join(scratch.folder, 'spill'))).toEqual([]);
  });

  it('has a text in both languages for every cause', () => {
    for (const text of Object.values(engineRefusals)) expect(Object.values(text).every((value) => value !== '')).toBe(true);
  });
});

describe('the scratch', () => {
  it('is refused on a disk, unless that was allowed out loud [DES-01]', () => {
    const disk = mkdtempSync(join(tmpdir(), 'scratch-'));
    const onDisk = execFileSync('stat', ['-f', '-c', '%T', disk], { encoding: 'utf8' }).trim() !== 'tmpfs';
    if (onDisk) {
      expect(() => new ScratchArea({ root: disk, allowDiskScratch: false })).toThrow('engine.scratch-not-in-memory');
      const allowed = new ScratchArea({ root: disk, allowDiskScratch: true }).allocate(1000);
      expect(allowed.onDisk).toBe(true);
      allowed.dispose();
    }
    rmSync(disk, { recursive: true });
    expect(execFileSync('stat', ['-f', '-c', '%T', root], { encoding: 'utf8' }).trim()).toBe('tmpfs');
  });

  it('is one private folder a run, takes plain file names only, and goes away with the run', async () => {
    let folder: string;
    {
      await using one = area.allocate(1000);
      folder = one.folder;
      expect(execFileSync('stat', ['-c', '%a', folder], { encoding: 'utf8' }).trim()).toBe('700');
      for (const name of ['../x', '/etc/passwd', 'a/b', '', 'spill', "x'y"]) expect(() => one.file(name)).toThrow('engine.job-invalid');
    }
    expect(existsSync(folder)).toBe(false);
    expect(() => area.allocate(Number.MAX_SAFE_INTEGER)).toThrow('engine.scratch-full');
  });

  it('keeps files that have no name, each opened anew by who reads or writes it, until it is disposed', async () => {
    const one = area.allocate(1_000_000);
    expect(await one.write('a.csv', Readable.from([Buffer.from('first')]))).toBe(5);
    expect([await text(one.read('a.csv')), await text(one.read('a.csv')), one.bytes()]).toEqual(['first', 'first', 5]);
    writeFileSync(one.file('a.csv'), 'x');
    expect([await text(one.read('a.csv')), one.bytes(), await text(one.read('never-written'))]).toEqual(['x', 1, '']);
    expect(readdirSync(one.folder, { recursive: true })).toEqual(['spill']);
    one.dispose();
    one.dispose();
    expect(() => one.descriptor('a.csv')).toThrow('ENOENT'); // the folder is gone too
  });

  it('removes at start what a killed process left, and nothing of the living', () => {
    const dead = Number(execFileSync('/bin/sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    mkdirSync(join(root, `run-${String(dead)}-1-00ff`));
    mkdirSync(join(root, `run-${String(process.pid)}-1-00ff`)); // the same pid, another start: a reused pid
    expect(new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner }).sweep()).toBe(0);
    expect(readdirSync(root)).toEqual([scratch.folder.split('/').at(-1)]);
  });
});
