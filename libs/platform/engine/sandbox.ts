import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { refuse, type Json } from '#kernel';
import type { ChildFrame, JobFrame } from './frames.js';
import type { Engine, EngineCause, EngineJob, EngineLimits, EngineOutcome, EngineProgress, StepResult } from './job.js';
import { isFileName } from './scratch.js';

type RunOptions = NonNullable<Parameters<Engine['run']>[1]>;

/** Beside this file stands the compiled child in dist, and its source, which node runs by stripping types, in a checkout. */
const childFile = ['./child.js', './child.ts']
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

function duckdbVersion(): string {
  const manifest = createRequire(import.meta.url).resolve('@duckdb/node-api/package.json');
  return `duckdb ${(JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version}`;
}

const name = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const type = /^[A-Z][A-Z0-9_ ]*(\(\d+(, ?\d+)?\))?$/;

/** @throws Refusal `engine.job-invalid` */
function check(job: EngineJob): void {
  const bad = (reason: string) => refuse('engine.job-invalid', { reason });
  for (const input of job.inputs) {
    if (!name.test(input.name) || input.name.startsWith('sandbox_')) throw bad('input-name');
    if (!isFileName(input.file)) throw bad('file-name');
    if (input.rowNumber !== undefined && (!name.test(input.rowNumber) || input.format !== 'parquet')) throw bad('row-number');
    if (input.rows !== undefined && (!Number.isSafeInteger(input.rows) || input.rows < 0 || input.access !== 'table')) throw bad('rows');
    if (input.columns.length === 0 || input.columns.some((c) => !type.test(c.type))) throw bad('column-type');
  }
  for (const step of job.steps) {
    if (step.kind === 'sql') {
      if (typeof step.result === 'object' && 'file' in step.result && !isFileName(step.result.file)) throw bad('file-name');
      continue;
    }
    const bytes = step.key === undefined ? 1 : (job.keys?.[step.key]?.byteLength ?? 0);
    if (bytes < 1 || bytes > 64) throw bad('key');
    if (!name.test(step.name)) throw bad('dictionary-name');
    if (!Number.isInteger(step.hexLength) || step.hexLength < 16 || step.hexLength > 64) throw bad('hex-length');
  }
}

/** DuckDB in a process of its own for each run. */
export class SandboxEngine implements Engine {
  readonly version = duckdbVersion();

  constructor(readonly limits: EngineLimits) {}

  async run(job: EngineJob, options: RunOptions = {}): Promise<EngineOutcome> {
    check(job);
    const started = performance.now();
    const limits = { ...this.limits, scratchBytes: job.scratch.maxBytes, ...job.limits };
    const child = start(limits);
    const stop = { cause: undefined as EngineCause | undefined };
    const end = (cause: EngineCause): void => {
      stop.cause ??= cause;
      killGroup(child);
    };
    const onAbort = (): void => {
      end({ code: 'engine.cancelled' });
    };
    const clock = setTimeout(() => {
      end({ code: 'engine.time-limit' });
    }, limits.wallClockMs);
    const weigher = setInterval(() => {
      if (weigh(job) > limits.scratchBytes) end({ code: 'engine.scratch-limit' });
    }, 250);
    options.signal?.addEventListener('abort', onAbort);
    if (options.signal?.aborted === true) onAbort();
    try {
      const read = listen(child, job, options.onProgress);
      child.stdin?.on('error', () => undefined);
      child.stdin?.write(`${JSON.stringify(frameOf(job, limits))}\n`);
      await new Promise<void>((resolve) =>
        child
          .once('close', () => {
            resolve();
          })
          .once('error', () => {
            resolve();
          }),
      );
      const said = stop.cause ?? read.cause ?? (read.done ? undefined : ({ code: 'engine.process-lost' } as const));
      const ms = Math.round(performance.now() - started);
      return said === undefined ? { ok: true, steps: read.results(), ms } : { ok: false, cause: said, ms };
    } finally {
      clearTimeout(clock);
      clearInterval(weigher);
      options.signal?.removeEventListener('abort', onAbort);
      killGroup(child);
    }
  }
}

/** A new process group, so that it can be killed whole; no environment, no core dump, nothing of what it prints is kept. */
function start(limits: EngineLimits): ChildProcess {
  if (childFile === undefined) throw refuse('engine.job-invalid', { reason: 'child-missing' });
  const heap = `--max-old-space-size=${String(Math.max(256, Math.ceil(limits.memoryMb / 2)))}`;
  return spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'sandbox', process.execPath, '--disable-sigusr1', heap, childFile], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

const weigh = (job: EngineJob): number => {
  try {
    return job.scratch.bytes();
  } catch {
    return 0; // a file went away between listing and weighing; the next look counts
  }
};

const frameOf = (job: EngineJob, limits: EngineLimits): JobFrame => ({
  folder: job.scratch.folder,
  onDisk: job.scratch.onDisk,
  inputs: job.inputs,
  steps: job.steps,
  keys: Object.fromEntries(Object.entries(job.keys ?? {}).map(([id, key]) => [id, Buffer.from(key).toString('base64')])),
  limits,
});

interface Heard {
  done: boolean;
  cause?: EngineCause;
  results(): StepResult[];
}

function listen(child: ChildProcess, job: EngineJob, onProgress?: (progress: EngineProgress) => void): Heard {
  const results: StepResult[] = [];
  let rows: Json[][] = [];
  const heard: Heard = { done: false, results: () => results };
  const take = (frame: ChildFrame): void => {
    if (frame.t === 'rows') rows.push(...(frame.rows as Json[][]));
    else if (frame.t === 'step') {
      results[frame.step] = frame.result.kind === 'rows' ? { ...frame.result, rows } : frame.result;
      rows = [];
      onProgress?.({ step: frame.step + 1, steps: job.steps.length });
    } else if (frame.t === 'progress') {
      onProgress?.({ step: frame.step, steps: job.steps.length, ...(frame.percent === undefined ? {} : { percent: frame.percent }) });
    } else if (frame.t === 'failed') heard.cause = frame.cause;
    else heard.done = true;
  };
  createInterface({ input: child.stdio[3] as Readable }).on('line', (line) => {
    try {
      take(JSON.parse(line) as ChildFrame);
    } catch {
      // A line cut off by a kill: the outcome is decided by how the process ended.
    }
  });
  return heard;
}
