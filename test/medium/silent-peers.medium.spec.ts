import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outboundClients } from '../support/outbound-clients.js';
import { limits, openTrials, saidOf, silentRun, type Trial } from '../support/silent-peers.js';
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

/** For a machine that does other things beside. */
const slackMs = 2_000;
const names = [
  ...['api', 'worker', 'operator'].map((application) => `the pool of the ${application}`),
  ...['the key ledger', 'migrate', 'the truth of open transfers', 'the bell on Redis', 'the bell on PostgreSQL', 'the key store'],
  ...['write', 'read', 'list'].map((what) => `the object store, to ${what}`),
  ...['the API server', 'the issuer', 'a replica that a cut asks', 'a collector of spans'],
  ...['the command line at the platform', 'the command line at the issuer'],
];
const bad = ways.filter((way) => way !== 'pass');

const throughIt = 'it went through';

/** How long it took, and what was said, or that it went through. */
async function ended(call: () => Promise<unknown>): Promise<{ said: string; ms: number }> {
  const began = performance.now();
  const said = await call().then(() => throughIt, saidOf);
  return { said, ms: performance.now() - began };
}

/** One client, once opened while its peer is well, and once while it is not; afterwards it works again by itself. */
async function meets(trial: Trial, way: Way): Promise<void> {
  const proxy = await TcpProxy.before(trial.port);
  try {
    const client = await trial.open(proxy);
    try {
      await client.call();
      await proxy.go(way);
      const met = await ended(() => client.call());
      expect([way, met.said]).toEqual([way, expect.stringMatching(trial.says)]);
      expect(met.ms).toBeLessThan(trial.withinMs + slackMs);
      await proxy.go('pass');
      // What was begun on a connection that broke may still be met once; then the client is as before.
      let again = '';
      for (let turn = 0; turn < 10 && again !== throughIt; turn += 1) again = (await ended(() => client.call())).said;
      expect([way, again]).toEqual([way, throughIt]);
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
    60_000,
  );

  it('keeps nobody: a run of the engine', async () => {
    const { code, ms } = await silentRun();
    expect(code).toBe('engine.time-limit');
    expect(ms).toBeLessThan(limits.engine.runMs + slackMs);
  });

  it('was met by every client that there is', () => {
    expect(Object.keys(opened.trials).sort()).toEqual([...names].sort());
    const met = new Set(['engine', ...Object.values(opened.trials).map(({ row }) => row)]);
    expect([...met].sort()).toEqual([...new Set(Object.values(outboundClients).flat())].sort());
  });
});
