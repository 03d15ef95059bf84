import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keptSecret } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, supervise } from '../processes/supervise.js';
import { ensureTool, type Report } from '../tools/index.js';
import { ask } from './loopback-probe.js';

export interface ObjectStore {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly pids: { readonly versitygw: number };
  stop(): Promise<void>;
}

const region = 'us-east-1';

/** S3 with versioning and object lock over a folder. Buckets are made by whoever uses it; the folder's file system must carry user extended attributes. */
export async function startVersitygw(options: { readonly dir: string; readonly report?: Report }): Promise<ObjectStore> {
  const dir = resolve(options.dir);
  const command = await ensureTool('versitygw', options.report ?? (() => undefined));
  const [objects, versions] = [join(dir, 'versitygw', 'objects'), join(dir, 'versitygw', 'versions')];
  for (const folder of [objects, versions]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await endLeftover(dir, 'versitygw');
  const port = await keptPort(dir, 'versitygw');
  const accessKey = 'opdomain';
  const secretKey = await keptSecret(dir, 'versitygw.secret');
  const server = await supervise({
    name: 'versitygw',
    dir,
    command,
    args: ['--port', `127.0.0.1:${port}`, '--region', region, 'posix', '--versioning-dir', versions, objects],
    env: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    ready: () => ask(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 'HTTP/1.1 403'),
    readyWithinSeconds: 20,
  });
  return { endpoint: `http://127.0.0.1:${port}`, region, accessKey, secretKey, pids: { versitygw: server.pid }, stop: () => server.stop() };
}
