import { afterAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ScratchArea } from '#platform/engine';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import type { EngineWorkerTask } from '../fixtures/engine-worker.js';
import { descendants, stillRunning, until } from '../support/command.js';

const walled = !(process.env['OPDOMAIN_TEST_MISSING'] ?? '').includes('bubblewrap');
const program = join(projectRoot, 'dist', 'test', 'fixtures', 'engine-worker.js');
const root = `/dev/shm/opdomain-death-test-${String(process.pid)}`;

/** Every regular file below a folder, and what may be read of it now. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
const part = 8 * 1024 * 1024;
/** Whether the word stands in the file, which may be larger than memory. One that is gone by now holds nothing; another fault is thrown. */
function holds(path: string, word: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw fault;
  }
  try {
    const bytes = Buffer.alloc(part + word.length);
    for (let kept = 0; ;) {
      const end = kept + readSync(file, bytes, kept, part, null);
      if (bytes.subarray(0, end).includes(word)) return true;
      if (end === kept) return false;
      kept = bytes.copy(bytes, 0, Math.max(0, end - word.length), end);
    }
  } finally {
    closeSync(file);
  }
}
const holding = (word: string): string[] => filesBelow('/dev/shm').filter((path) => holds(path, word));

const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name));
const tried = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};
/** Processes of any ancestry that hold a file of this test's scratch, named or not. */
const holders = (): string[] =>
  pids().filter((pid) =>
    tried(() => readdirSync(`/proc/${pid}/fd`), []).some((fd) =>
      tried(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '').startsWith(`${root}/`),
    ),
  );
const commandOf = (pid: number): string => tried(() => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8'), '');

interface Working {
  readonly worker: ChildProcess;
  readonly said: () => string;
  readonly canary: string;
}
function begin(walls: boolean, work: EngineWorkerTask['work']): Working {
  const { NODE_OPTIONS: _ofTheTests, ...env } = process.env;
  const canary = `canary-${randomBytes(12).toString('hex')}`;
  const worker = spawn(process.execPath, [program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  worker.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  worker.stdin.write(`${JSON.stringify({ root, walls, canary, work } satisfies EngineWorkerTask)}\n`);
  return { worker, said: () => text, canary };
}
const pidOf = ({ worker }: Working): number => worker.pid ?? 0;

/** How long after `kill` something of the engine still ran, or anybody but a living worker held a file of its scratch; milliseconds. */
async function goneAfter(working: Working, kill: () => void): Promise<number> {
  const started = await descendants(pidOf(working));
  const living = (): string[] => holders().filter((pid) => Number(pid) !== pidOf(working) || working.worker.killed);
  const killed = performance.now();
  kill();
  await until('nothing of the engine runs', 30, async () => (await stillRunning(started)).length === 0 && living().length === 0);
  return performance.now() - killed;
}
/** What DuckDB spilled, where the child sees it. */
const spilled = async (working: Working, walls: boolean): Promise<string[]> => {
  if (!walls) return filesBelow(root);
  const inside = await descendants(pidOf(working));
  return inside.flatMap(({ pid }) => tried(() => filesBelow(`/proc/${String(pid)}/root/scratch`), []));
};

describe.each(walled ? [true, false] : [false])('a worker that is killed (walls: %s)', (walls) => {
  const left: Working[] = [];
  afterAll(() => {
    for (const { worker } of left) worker.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });
  const running = async (work: EngineWorkerTask['work']): Promise<Working> => {
    const working = begin(walls, work);
    left.push(working);
    await until('the engine runs the job', 60, () => working.said().includes('runs'));
    return working;
  };

  it.each(['query', 'dictionary'] as const)(
    'takes its engine with it within a second, in the middle of a %s, and no plaintext stays [DES-01]',
    async (work) => {
      const working = await running(work);
      expect(holders().length).toBeGreaterThan(1); // the scratch is in use, and nowhere to be found
      expect(holding(working.canary)).toEqual([]);
      expect(await goneAfter(working, () => working.worker.kill('SIGKILL'))).toBeLessThan(1_000);
      expect(holding(working.canary)).toEqual([]);
    },
    120_000,
  );

  it('leaves nothing of its spill to be read, neither while it runs nor afterwards, and the next start removes what is left [DES-01]', async () => {
    const working = await running('spill');
    const files = await spilled(working, walls);
    expect(files.reduce((sum, path) => sum + lstatSync(path).size, 0)).toBeGreaterThan(10_000_000);
    expect(holding(working.canary)).toEqual([]);
    expect(await goneAfter(working, () => working.worker.kill('SIGKILL'))).toBeLessThan(1_000);
    expect(holding(working.canary)).toEqual([]);
    expect(readdirSync(root)).not.toEqual([]);
    new ScratchArea({ root, allowDiskScratch: false });
    expect(readdirSync(root)).toEqual([]);
  }, 120_000);

  it('takes its engine with it when it was stopped before', async () => {
    const working = await running('query');
    working.worker.kill('SIGSTOP');
    expect(await goneAfter(working, () => working.worker.kill('SIGKILL'))).toBeLessThan(1_000);
  }, 120_000);

  it('takes its engine with it at every moment of the engine’s start', async () => {
    for (const ms of [0, 10, 25, 50, 100, 200, 400]) {
      const working = begin(walls, 'query');
      left.push(working);
      await until('the job is given', 60, () => working.said().includes('starts'));
      await pause(ms);
      expect([ms, (await goneAfter(working, () => working.worker.kill('SIGKILL'))) < 1_000]).toEqual([ms, true]);
    }
  }, 240_000);
});

(walled ? describe : describe.skip)('walls that are killed under a living worker', () => {
  it.each(['first', 'last'] as const)(
    'end the run as lost, whichever of their processes it was: the %s',
    async (which) => {
      const working = begin(true, 'query');
      try {
        await until('the engine runs the job', 60, () => working.said().includes('runs'));
        const walls = (await descendants(pidOf(working))).filter(({ pid }) => commandOf(pid).includes('bwrap'));
        const killed = walls.at(which === 'first' ? 0 : -1);
        const ms = await (async () => {
          const started = await descendants(pidOf(working));
          const at = performance.now();
          process.kill(killed?.pid ?? 0, 'SIGKILL');
          await until('the engine is gone', 30, async () => (await stillRunning(started)).length === 0);
          return performance.now() - at;
        })();
        expect(ms).toBeLessThan(1_000);
        await until('the worker says so', 30, () => working.said().includes('engine.process-lost'));
      } finally {
        working.worker.kill('SIGKILL');
        rmSync(root, { recursive: true, force: true });
      }
    },
    120_000,
  );
});

it('finds a word where it stands in clear', () => {
  const folder = `${root}-shown`;
  new ScratchArea({ root: folder, allowDiskScratch: false });
  // Over the edge of what is read at once.
  writeFileSync(join(folder, 'clear'), Buffer.concat([Buffer.alloc(part - 4), Buffer.from(`canary-${String(process.pid)} y`)]));
  try {
    expect(holding(`canary-${String(process.pid)}`)).toEqual([join(folder, 'clear')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(existsSync(folder)).toBe(false);
});
