import { createServer } from 'node:net';
import { join } from 'node:path';
import { readIfThere, writePrivate } from './files.js';

/** @param wanted 0 for any free port. @returns undefined where the wanted port is taken. */
function bindable(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(address !== null && typeof address === 'object' ? address.port : undefined);
      });
    });
  });
}

/**
 * A free port on 127.0.0.1, the one of the last start on this folder where it is still free: addresses that
 * clients have noted down stay good over a restart.
 */
export async function keptPort(dir: string, name: string): Promise<number> {
  const path = join(dir, 'ports', name);
  const remembered = Number((await readIfThere(path)) ?? 0);
  const port = (remembered > 0 ? await bindable(remembered) : undefined) ?? (await bindable(0));
  if (port === undefined) throw new Error('No free port on 127.0.0.1');
  if (port !== remembered) await writePrivate(path, String(port));
  return port;
}
