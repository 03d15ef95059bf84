import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from './progress.js';

/** Outside of the work tree, by version: a clean checkout builds nothing twice. */
export function toolCache(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base !== undefined && base !== '' ? resolve(base) : join(homedir(), '.cache'), 'opdomain', 'tools');
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** To be called about once a second while another process makes the tool: says so every tenth time, and ends the wait on the signal. */
export function whileWaiting(tool: string, usual: number, report: Report, signal?: AbortSignal): () => void {
  const begun = Date.now();
  let calls = 0;
  return () => {
    signal?.throwIfAborted();
    if (calls++ % 10 === 0) report({ tool, state: 'waiting', seconds: Math.round((Date.now() - begun) / 1_000), usual });
  };
}
