import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writePrivate } from '../../deploy/embedded/processes/files.js';
import { Teardown } from '../../deploy/embedded/processes/teardown.js';
import { startSeparate, type SeparateInstallation, type SeparateProcess } from '../../deploy/embedded/profile/separate.js';
import type { OpdomainConfig } from '../../apps/composition/config.js';
import { identityIn, writeProxiedKubeconfig } from '../support/through-proxy.js';
import type { Watched } from './faults.js';
import { openFront } from './front.js';
import { relayHttp } from './http-relay.js';
import type { Plan } from './plan.js';
import { relayPostgres } from './postgres-relay.js';
import { relayRedis } from './redis-relay.js';

/** Limits of calls, short enough that one that hangs costs a telling some seconds; their order is the product's. */
const limits = {
  database: { connectMs: 2_000, placeMs: 5_000, statementMs: 5_000, lockMs: 4_000, answerMs: 7_000, idleInTransactionMs: 15_000 },
  keys: { requestMs: 2_000 },
  objects: { connectMs: 2_000, requestMs: 6_000, silentMs: 4_000 },
  cluster: { connectMs: 2_000, requestMs: 6_000, watchSilentMs: 65_000 },
  bell: { connectMs: 1_000, ringMs: 1_000 },
  issuer: { requestMs: 2_000 },
};
/** As a kubelet would, but sooner. */
const restartAfterMs = 500;

export interface FaultyInstallation extends SeparateInstallation {
  readonly dir: string;
}

/** The relays of one process. @returns what the process is set to, so that each call of it passes through one of them. */
async function relaysOf(
  dir: string,
  process: SeparateProcess,
  config: OpdomainConfig,
  watched: Watched,
  opened: Teardown,
): Promise<readonly string[]> {
  const { queue, keys, objects, cluster, oidc } = config;
  if (queue.kind !== 'redis' || keys.kind !== 'transit' || objects.kind !== 's3' || cluster.kubeconfig === undefined)
    throw new Error('faults are tried on the production side of every port');

  const url = new URL((await readFile(process.databaseUrlFile, 'utf8')).trim());
  const database = await relayPostgres(Number(url.port), watched);
  url.port = String(database.port);
  const urlFile = join(dir, 'secrets', `relayed.${process.name}.url`);
  await writePrivate(urlFile, url.href);

  const bell = await relayRedis(queue.port, watched);
  const keyStore = await relayHttp(keys.address, 'keys', watched);
  const store = await relayHttp(objects.endpoint, 'objects', watched);
  const issuer = await relayHttp(oidc.issuer, 'issuer', watched);
  for (const one of [database, bell, keyStore, store, issuer]) opened.add(() => one.close());
  const sets = [
    `database.urlFile=${urlFile}`,
    `queue.port=${String(bell.port)}`,
    `keys.address=${keyStore.url}`,
    `objects.endpoint=${store.url}`,
    `oidc.jwksUri=${issuer.url}/jwks`,
  ];
  if (process.application === 'operator') {
    const { server, identity } = identityIn(cluster.kubeconfig);
    const api = await relayHttp(server, 'cluster', watched, identity);
    opened.add(() => api.close());
    const kubeconfig = join(dir, 'secrets', `relayed.${process.name}.kubeconfig`);
    await writeProxiedKubeconfig(kubeconfig, api.url);
    sets.push(`cluster.kubeconfig=${kubeconfig}`);
  }
  return sets;
}

/**
 * An installation as `startSeparate` makes it, each of whose processes reaches each dependency through a relay of its own; who dies is
 * started again, whatever it died of. People reach the APIs through one address.
 */
export async function startFaulty(options: {
  readonly dir: string;
  readonly copies: number;
  readonly plan: Plan;
  readonly say: (line: string) => void;
}): Promise<FaultyInstallation> {
  const { dir, plan, say } = options;
  const opened = new Teardown();
  const stopping = new AbortController();
  const ending = (): boolean => stopping.signal.aborted;
  const starting = new Set<Promise<void>>();
  const installation = await startSeparate({
    dir,
    report: () => undefined,
    say: () => undefined,
    copies: options.copies,
    settings: { limits },
    settingsOf: (process, config) =>
      relaysOf(
        dir,
        process,
        config,
        {
          struck: (dependency, shape, undone) =>
            ending() ? undefined : plan.struck(process.application, process.name, dependency, shape, undone),
          kill: () => {
            // Noted from its first moment on, also while it is only starting.
            const noted = JSON.parse(readFileSync(join(dir, `opdomain-${process.name}.pid`), 'utf8')) as { server: { pid: number } };
            globalThis.process.kill(noted.server.pid, 'SIGKILL');
          },
        },
        opened,
      ),
  });
  const kept = async (name: string): Promise<void> => {
    while (!ending()) {
      const running = installation.processes.get(name);
      if (running === undefined) return;
      const { code, signal } = await running.exited;
      if (ending()) return;
      say(`${name} ended with ${signal ?? String(code)}; it is started again`);
      await pause(restartAfterMs);
      if (ending()) return;
      const started = installation.restart(name).catch((fault: unknown) => say(`${name} did not come back: ${String(fault)}`));
      starting.add(started);
      await started;
      starting.delete(started);
    }
  };
  const keeping = [...installation.processes.keys()].map(kept);
  const front = await openFront(installation.urls.map((url) => Number(new URL(url).port)));
  return {
    ...installation,
    dir,
    url: `http://127.0.0.1:${String(front.port)}`,
    stop: async () => {
      stopping.abort();
      await front.close();
      // Who was just being started again is there by then, and is ended with the others.
      await Promise.all(starting);
      await installation.stop();
      await Promise.all(keeping);
      await opened.end();
    },
  };
}
