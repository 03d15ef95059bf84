import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { keptSecret, readIfThere, writePrivate } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, supervise } from '../processes/supervise.js';
import { ensureTool, type Report } from '../tools/index.js';
import { Vault } from './openbao-setup.js';

export interface OpenBaoOptions {
  readonly dir: string;
  readonly report?: Report;
  /** Life of the limited token between two renewals. */
  readonly tokenPeriod?: string;
}

export interface OpenBao {
  readonly address: string;
  readonly mount: 'transit';
  /** Of the limited token: transit keys and its own renewal, nothing else. It may be renewed for ever. */
  readonly tokenFile: string;
  readonly token: string;
  readonly pids: { readonly openbao: number };
  stop(): Promise<void>;
}

/**
 * OpenBao with its data on disk, opened at every start by a key that lies beside it. That guards a copied data folder
 * only; an installation that is to withstand its own machine has an OpenBao elsewhere.
 */
export async function startOpenBao(options: OpenBaoOptions): Promise<OpenBao> {
  const dir = resolve(options.dir);
  const command = await ensureTool('bao', options.report ?? (() => undefined));
  await mkdir(join(dir, 'openbao'), { recursive: true, mode: 0o700 });
  await endLeftover(dir, 'openbao');
  const port = await keptPort(dir, 'openbao');
  const address = `http://127.0.0.1:${port}`;
  // 64 hexadecimal digits are read as the 32 bytes they stand for.
  await keptSecret(dir, 'openbao.seal', () => randomBytes(32).toString('hex'));
  const config = join(dir, 'openbao.json');
  await writePrivate(
    config,
    JSON.stringify({
      storage: [{ file: { path: join(dir, 'openbao') } }],
      listener: [{ tcp: { address: `127.0.0.1:${port}`, tls_disable: true } }],
      seal: [{ static: { current_key_id: 'local', current_key: `file://${join(dir, 'secrets', 'openbao.seal')}` } }],
      api_addr: address,
      ui: false,
      log_level: 'warn',
    }),
  );
  const vault = new Vault(address);
  const server = await supervise({
    name: 'openbao',
    dir,
    command,
    args: ['server', `-config=${config}`],
    ready: () => vault.answers(),
    readyWithinSeconds: 30,
  });
  try {
    const rootFile = join(dir, 'secrets', 'openbao.root');
    const root = await vault.initialise();
    if (root !== undefined) await writePrivate(rootFile, root);
    await vault.opened();
    const tokenFile = join(dir, 'secrets', 'openbao.token');
    let token = await readIfThere(tokenFile);
    if (token === undefined || !(await vault.accepts(token))) {
      const administrator = await readIfThere(rootFile);
      if (administrator === undefined) throw new Error(`OpenBao in ${dir} was initialised before, but ${rootFile} is gone`);
      token = await vault.limitedToken(administrator, options.tokenPeriod ?? '768h');
      await writePrivate(tokenFile, token);
    }
    return { address, mount: 'transit', tokenFile, token, pids: { openbao: server.pid }, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
