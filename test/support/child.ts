import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

/** A program of ours, by its file below `dist/apps`. */
export type Program = `${'api' | 'worker' | 'operator' | 'cli'}/main.js` | 'composition/migrate.js';

export interface Ended {
  /** Null where it had to be killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs a program as a person does and waits for its end.
 * @param nodeOptions before the program
 * @param deaf nobody reads its standard output
 */
export async function ran(
  program: Program,
  args: readonly string[],
  {
    env = {},
    nodeOptions = [],
    deaf = false,
    input = '',
  }: { env?: Record<string, string>; nodeOptions?: readonly string[]; deaf?: boolean; input?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...nodeOptions, join(projectRoot, 'dist/apps', program), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    timeout: 60_000,
  });
  let [out, err] = ['', ''];
  if (deaf) child.stdout.destroy();
  else child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
