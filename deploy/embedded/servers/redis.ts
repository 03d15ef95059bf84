import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keptSecret, writePrivate } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, supervise } from '../processes/supervise.js';
import { ensureRedis, type Report } from '../tools/index.js';
import { ask } from './loopback-probe.js';

export interface Redis {
  /** Holds the password. */
  readonly url: string;
  readonly port: number;
  readonly password: string;
  readonly pids: { readonly redis: number };
  stop(): Promise<void>;
}

/** Redis or Valkey without persistence: the queue is a bell, and what it forgets is rung again from the database. */
export async function startRedis(options: { readonly dir: string; readonly report?: Report }): Promise<Redis> {
  const dir = resolve(options.dir);
  const command = await ensureRedis(options.report ?? (() => undefined));
  await mkdir(join(dir, 'redis'), { recursive: true, mode: 0o700 });
  await endLeftover(dir, 'redis');
  const port = await keptPort(dir, 'redis');
  const password = await keptSecret(dir, 'redis.password');
  const config = join(dir, 'secrets', 'redis.conf');
  const settings = {
    bind: '127.0.0.1',
    'protected-mode': 'yes',
    port: String(port),
    requirepass: password,
    dir: JSON.stringify(join(dir, 'redis')),
    appendonly: 'no',
    save: '""',
    daemonize: 'no',
    // What BullMQ asks for: a queue that throws entries away under pressure loses work silently.
    'maxmemory-policy': 'noeviction',
  };
  await writePrivate(
    config,
    Object.entries(settings)
      .map((line) => `${line.join(' ')}\n`)
      .join(''),
  );
  const server = await supervise({
    name: 'redis',
    dir,
    command,
    args: [config],
    ready: () => ask(port, `AUTH ${password}\r\nPING\r\n`, '+PONG'),
    readyWithinSeconds: 20,
  });
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, password, pids: { redis: server.pid }, stop: () => server.stop() };
}
