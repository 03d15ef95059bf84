import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { outboundClients } from '../support/outbound-clients.js';
import { clusterAt, limits, openTrials, saidOf, silentRun, type Trial } from '../support/silent-peers.js';
import { TcpProxy, ways, type Way } from '../support/tcp-proxy.js';

const dir = await mkdtemp(join(tmpdir(), 'opdomain-silent-'));
await chmod(dir, 0o711);
let opened: Awaited<ReturnType<typeof openTrials>>;
beforeAll(async () => {
  opened = await openTrials(dir);
}, 900_000);
afterAll(async () => {
  await opened.stop();
  await rm(dir, { recursive: true, force: true });
}, 120_000);

/** For a machine that does other things beside: what hangs does so for ever. */
const slackMs = 15_000;
const names = [
  ...['api', 'worker', 'operator'].map((application) => `the pool of the ${application}`),
  ...['the key ledger', 'migrate', 'the truth of open transfers', 'the bell on Redis', 'the bell on PostgreSQL', 'the key store'],
  ...['write', 'read', 'read on', 'list'].map((what) => `the object store, to ${what}`),
  ...['the API server', 'the issuer', 'a replica that a cut asks', 'a collector of spans'],
  ...['the command line at the platform', 'the command line at the issuer'],
];
const bad = ways.filter((way) => way !== 'pass');
const inAnswers = (way: Way): way is 'half' | 'close' | 'lost' | 'silent' => way !== 'pass' && way !== 'stalled' && way !== 'refuse';

const throughIt = 'it went through';

/** How long it took, and what was said, or that it went through. */
async function ended(call: () => Promise<unknown>): Promise<{ said: string; ms: number }> {
  const began = performance.now();
  const said = await call().then(() => throughIt, saidOf);
  return { said, ms: performance.now() - began };
}

/** One client, once opened while its peer is well, and once while it is not; afterwards it works again by itself. */
async function throughSoon(client: { call(): Promise<unknown> }): Promise<string> {
  let said = '';
  for (let turn = 0; turn < 10 && said !== throughIt; turn += 1) ({ said } = await ended(() => client.call()));
  return said;
}

async function meets(trial: Trial, way: Way): Promise<void> {
  const proxy = await TcpProxy.before(trial.port);
  try {
    const client = await trial.open(proxy);
    try {
      // On a machine that is kept busy a healthy peer may miss a limit of these short ones too.
      expect([way, await throughSoon(client)]).toEqual([way, throughIt]);
      if (trial.from === undefined) await proxy.go(way);
      else if (inAnswers(way)) proxy.goFrom(trial.from, way);
      else return;
      const met = await ended(() => client.call());
      expect([way, met.said]).toEqual([way, expect.stringMatching(trial.says)]);
      expect(met.ms).toBeLessThan(trial.withinMs + slackMs);
      await proxy.go('pass');
      // What was begun on a connection that broke may still be met once; then the client is as before.
      expect([way, await throughSoon(client)]).toEqual([way, throughIt]);
    } finally {
      await client.close().catch(() => undefined);
    }
    await proxy.go(way);
    const fresh = await ended(async () => {
      const late = await trial.open(proxy);
      await late.call().finally(() => late.close().catch(() => undefined));
    });
    expect([way, fresh.said]).toEqual([way, expect.stringMatching(trial.says)]);
    expect(fresh.ms).toBeLessThan(2 * trial.withinMs + slackMs);
  } finally {
    await proxy.close();
  }
}

describe('a peer that accepts and never answers, answers half, closes in the middle, loses the answer, or is not there', () => {
  it.each(names)(
    'keeps nobody: %s',
    async (name) => {
      const trial = opened.trials[name];
      if (trial === undefined) throw new Error(`${name} is not tried`);
      const met = await Promise.allSettled(bad.map((way) => meets(trial, way)));
      expect(met.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))).toEqual([]);
    },
    180_000,
  );

  it('keeps nobody: a run of the engine', async () => {
    const { code, ms } = await silentRun();
    expect(code).toBe('engine.time-limit');
    expect(ms).toBeLessThan(limits.engine.runMs + slackMs);
  });

  it('keeps nobody: a watch of the API server is begun anew after a silence, and what cannot be watched is not called ready', async () => {
    const list = { kind: 'NamespaceList', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items: [] };
    const served = {
      groupVersion: 'v1',
      resources: [{ name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['list', 'watch'] }],
    };
    let watches = 0;
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://any');
      response.writeHead(200, { 'content-type': 'application/json' });
      if (url.searchParams.has('watch')) {
        watches += 1;
        response.flushHeaders();
      } else response.end(JSON.stringify(url.pathname === '/api/v1' ? served : list));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = await TcpProxy.before((server.address() as AddressInfo).port);
    const cluster = await clusterAt(dir, proxy);
    const informer = cluster.informer({ apiVersion: 'v1', kind: 'Namespace' });
    const until = async (holds: () => boolean): Promise<void> => {
      const began = performance.now();
      while (!holds()) {
        if (performance.now() - began > 5 * limits.cluster.watchSilentMs + slackMs) throw new Error(JSON.stringify(informer.status()));
        await pause(50);
      }
    };
    try {
      await informer.start();
      await until(() => watches >= 2);
      expect(informer.isReady()).toBe(true);
      await proxy.go('silent');
      await until(() => !informer.isReady());
      await proxy.go('pass');
      await until(() => informer.isReady());
    } finally {
      await informer.stop();
      await cluster.close();
      await proxy.close();
      server.closeAllConnections();
      server.close();
    }
  });

  it('was met by every client that there is', () => {
    expect(Object.keys(opened.trials).sort()).toEqual([...names].sort());
    const met = new Set(['engine', ...Object.values(opened.trials).map(({ row }) => row)]);
    expect([...met].sort()).toEqual([...new Set(Object.values(outboundClients).flat())].sort());
  });
});
