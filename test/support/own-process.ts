import { type Application } from '#kernel';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpdomainConfig } from '../../apps/composition/config.js';
import { keptPort } from '../../deploy/embedded/processes/ports.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import type { Medium } from './medium.js';

export interface OwnProcess {
  readonly url: URL;
  /** What it wrote to standard error. */
  said(): string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** @returns its exit code, null where it was killed, and how long after the call it ended */
  ended(): Promise<{ readonly code: number | null; readonly ms: number }>;
}

const running = new Set<ChildProcess>();
/** Kills what a test left running. */
export const endOwnProcesses = (): void => {
  for (const child of running) child.kill('SIGKILL');
};

let started = 0;

/** A process of its own on the installation of a test, as it is installed. Resolves when it is ready; an API and a worker answer at `url`. */
export async function startOwn(
  medium: Medium,
  application: Exclude<Application, 'operator'>,
  change: (config: OpdomainConfig) => object = (config) => config,
  waitUntil: 'healthz' | 'readyz' = 'healthz',
): Promise<OwnProcess> {
  started += 1;
  const port = await keptPort(medium.dir, `${application}-${String(started)}`);
  const file = join(medium.dir, `${application}-${String(port)}.json`);
  const config = medium.configOf(application);
  const at = application === 'api' ? { http: { ...config.http, port } } : { health: { ...config.health, port } };
  await writeFile(file, JSON.stringify(change({ ...config, ...at })), { mode: 0o600 });
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'apps', application, 'main.js'), '--config', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  running.add(child);
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const exit = once(child, 'exit') as Promise<[number | null]>;
  void exit.then(() => running.delete(child));
  const url = new URL(`http://127.0.0.1:${String(port)}`);
  await medium.until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the ${application} ended: ${said}`);
      return (await fetch(`${url.href}${waitUntil}`).catch(() => undefined))?.ok === true;
    },
    `the ${application} to answer`,
    180,
  );
  return {
    url,
    said: () => said,
    kill: (signal) => void child.kill(signal),
    ended: async () => {
      const asked = performance.now();
      const [code] = await exit;
      return { code, ms: performance.now() - asked };
    },
  };
}
