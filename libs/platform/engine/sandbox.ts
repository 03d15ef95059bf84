import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { framed, type JobFrame } from './frames.js';
import { listen, type Heard } from './hearing.js';
import { Bubblewrap } from './bubblewrap.js';
import { measure } from './isolation.js';
import type { Engine, EngineCause, EngineJob, EngineLimits, EngineOutcome, Isolation } from './job.js';
import { firstFile, killGroup, unconfined, type Launcher, type Spill } from './launcher.js';
import { isFileName, pathOf } from './scratch.js';
import { refuse } from './refusals.js';
import { sm3Module } from './sm3-module.js';

type RunOptions = NonNullable<Parameters<Engine['run']>[1]>;

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
    const wholeFile = input.columns === 'all' && input.format === 'parquet';
    if (!wholeFile && (input.columns === 'all' || input.columns.length === 0 || input.columns.some((c) => !type.test(c.type))))
      throw bad('column-type');
  }
  for (const step of job.steps) {
    if (step.kind === 'sql') {
      if (typeof step.result === 'object' && 'file' in step.result) {
        const { file, mostRows } = step.result;
        if (!isFileName(file)) throw bad('file-name');
        if (mostRows !== undefined && (!Number.isSafeInteger(mostRows) || mostRows < 1)) throw bad('rows');
      }
      continue;
    }
    const bytes = step.key === undefined ? 1 : (job.keys?.[step.key]?.byteLength ?? 0);
    if (bytes < 1 || bytes > 64) throw bad('key');
    if (!name.test(step.name)) throw bad('dictionary-name');
    if (step.kind === 'cipher') continue;
    if (!Number.isInteger(step.hexLength) || step.hexLength < 16 || step.hexLength > 64) throw bad('hex-length');
  }
}

/** What the engine is opened with; `engineConfig` has these and more. */
export interface EngineSettings extends EngineLimits {
  readonly sandbox: 'required' | 'preferred';
  readonly sandboxUid: number;
}

/** DuckDB in an isolated process of its own for each run. */
export class SandboxEngine implements Engine {
  readonly version: string;
  readonly remains: string;

  private constructor(
    readonly limits: EngineLimits,
    readonly isolation: Isolation,
    private readonly launcher: Launcher,
  ) {
    this.version = `${duckdbVersion()}, ${launcher.name}`;
    this.remains = launcher.remains;
  }

  /**
   * Measures the isolation by a probe and takes it if it holds. Where it does not and is `preferred` only, the engine runs without;
   * `isolation` says so, and why.
   * @throws Refusal `engine.sandbox-unavailable` where it is required
   */
  static async open({ sandbox, sandboxUid, memoryMb, threads, wallClockMs, scratchBytes }: EngineSettings): Promise<SandboxEngine> {
    const limits = { memoryMb, threads, wallClockMs, scratchBytes };
    const found = await Bubblewrap.find(sandboxUid);
    if (!(found instanceof Bubblewrap)) {
      const isolation: Isolation = { state: 'not-shown', by: unconfined.name, rows: [], reason: found.reason };
      return SandboxEngine.without(sandbox, limits, isolation);
    }
    const isolation = await measure(found);
    return isolation.state === 'shown' ? new SandboxEngine(limits, isolation, found) : SandboxEngine.without(sandbox, limits, isolation);
  }

  private static without(sandbox: EngineSettings['sandbox'], limits: EngineLimits, isolation: Isolation): SandboxEngine {
    if (sandbox === 'required') throw refuse('engine.sandbox-unavailable', { reason: notIsolatedBecause(isolation) });
    return new SandboxEngine(limits, { ...isolation, by: unconfined.name }, unconfined);
  }

  /** The user that the engine's processes are outside, where it is not ours: scratches are handed over to it. */
  get scratchOwner(): number | undefined {
    return this.launcher.owner;
  }

  async run(job: EngineJob, options: RunOptions = {}): Promise<EngineOutcome> {
    check(job);
    const started = performance.now();
    const limits = { ...this.limits, scratchBytes: job.scratch.maxBytes, ...job.limits };
    const names = filesOf(job);
    const files = names.map((one) => job.scratch.descriptor(one));
    job.scratch.handOver();
    const scratchBytes = Math.max(limits.scratchBytes, 1);
    const child = this.launcher.start({ script: 'child', files, memoryMb: limits.memoryMb, scratchBytes });
    const read = listen(child, job, options.onProgress);
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
      if (job.scratch.bytes() + read.spilled > limits.scratchBytes) end({ code: 'engine.scratch-limit' });
    }, 250);
    options.signal?.addEventListener('abort', onAbort);
    if (options.signal?.aborted === true) onAbort();
    try {
      child.stdin?.on('error', () => undefined);
      child.stdin?.write(framed(frameOf(job, names, this.launcher.spillOf(job.scratch), limits)));
      await new Promise<void>((resolve) =>
        child
          .once('close', () => {
            resolve();
          })
          .once('error', () => {
            resolve();
          }),
      );
      const said = stop.cause ?? endOf(read);
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

const endOf = ({ cause, unreadable, done }: Heard): EngineCause | undefined => {
  if (unreadable) return { code: 'engine.answer-unreadable' };
  return cause ?? (done ? undefined : { code: 'engine.process-lost' });
};

/** The failed rows by name, or the reason why there are none. */
export const notIsolatedBecause = ({ reason, rows }: Isolation): string =>
  reason ??
  rows
    .filter(({ outcome }) => outcome !== 'refused')
    .map(({ attempt, answer }) => `${attempt}: ${answer}`)
    .join(', ');

/** The files that the job reads and writes, each once. */
const filesOf = ({ inputs, steps }: EngineJob): string[] => [
  ...new Set([
    ...inputs.map(({ file }) => file),
    ...steps.flatMap((step) => (step.kind === 'sql' && typeof step.result === 'object' && 'file' in step.result ? [step.result.file] : [])),
  ]),
];

const frameOf = (job: EngineJob, names: readonly string[], spill: Spill, limits: EngineLimits): JobFrame => ({
  files: Object.fromEntries(names.map((one, i) => [one, pathOf(firstFile + i, join(job.scratch.folder, one))])),
  spill,
  inputs: job.inputs,
  steps: job.steps,
  keys: Object.fromEntries(Object.entries(job.keys ?? {}).map(([id, key]) => [id, Buffer.from(key).toString('base64')])),
  limits,
  ...(job.steps.some(({ kind }) => kind === 'keyed') ? { sm3: Buffer.from(sm3Module()).toString('base64') } : {}),
});
