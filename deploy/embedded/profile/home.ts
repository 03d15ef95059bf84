import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where the embedded profile keeps everything: `OPDOMAIN_HOME`, else /var/lib/opdomain for root (PostgreSQL's own user must be able to
 * reach it, which root's home does not allow), else the user's state folder.
 */
export function profileHome(name: string): string {
  const given = process.env['OPDOMAIN_HOME'];
  if (given !== undefined && given !== '') return join(resolve(given), name);
  if (process.getuid?.() === 0) return join('/var/lib/opdomain', name);
  const state = process.env['XDG_STATE_HOME'];
  return join(state !== undefined && state !== '' ? resolve(state) : join(homedir(), '.local', 'state'), 'opdomain', name);
}
