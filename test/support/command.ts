import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from '../../deploy/embedded/processes/identity.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

export interface Command {
  readonly pid: number;
  /** Everything it has said, on either output. */
  readonly said: () => string;
  /** @throws where it ends, or the time goes by, without having said so. */
  waitFor(text: string, seconds?: number): Promise<void>;
  kill(signal: 'SIGINT' | 'SIGKILL'): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts one of the built commands as a process of its own, as npm does. */
export function startCommand(name: 'demo' | 'up', args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Command {
  const program = join(projectRoot, 'dist', 'deploy', 'embedded', `${name}.js`);
  const { NODE_OPTIONS: _ofTheTests, ...env } = environment;
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  let over = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      resolve(code ?? signal ?? 1);
    });
  });
  return {
    pid: child.pid ?? 0,
    said: () => text,
    waitFor: (wanted, seconds = 120) =>
      until(`“${wanted}” from ${name}`, seconds, () => {
        if (text.includes(wanted)) return true;
        if (over) throw new Error(`${name} ended without saying “${wanted}”:\n${text}`);
        return false;
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}

/** Polls until the condition holds. @throws naming what was waited for. */
export async function until(what: string, seconds: number, look: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`not within ${String(seconds)} s: ${what}`);
    await pause(50);
  }
}

/** Every process that comes from this one by way of its children, so far (proc(5): field 4 of stat is the parent). */
export async function descendants(pid: number): Promise<ProcessIdentity[]> {
  const parents = new Map<number, number>();
  for (const entry of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const comesFrom = (one: number | undefined): boolean => one !== undefined && one > 0 && (one === pid || comesFrom(parents.get(one)));
  const found = [...parents.keys()].filter((one) => one !== pid && comesFrom(one));
  return (await Promise.all(found.map(identify))).filter((each) => each !== undefined);
}

export async function stillRunning(processes: readonly ProcessIdentity[]): Promise<ProcessIdentity[]> {
  const running = await Promise.all(processes.map(isRunning));
  return processes.filter((_each, at) => running[at]);
}

/** The addresses that a profile's folder has noted down, by the file that holds them. */
export async function notedPorts(dir: string): Promise<Record<string, number>> {
  const files = (await readdir(dir, { recursive: true })).filter((name) => /(^|\/)ports\/[\w-]+$/.test(name));
  return Object.fromEntries(await Promise.all(files.map(async (name) => [name, Number(await readFile(join(dir, name), 'utf8'))] as const)));
}

export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
