import { Refusal, newId, systemClock, type Application } from '#kernel';
import { limitsConfig, type Limits } from '#platform/config';
import { AccessTruth, createDataSource, EpochReader, KeyLedger, outageRefusal, rolesConfig } from '#platform/database';
import { SandboxEngine, ScratchArea } from '#platform/engine';
import { Canaries, IssuerKeys, oidcConfig } from '#platform/http';
import { createMasterKeyFile, keysConfig, keysFromConfig, SealedKeyFile, type Keys } from '#platform/keys';
import { kubeConfig, KubeCluster } from '#platform/kube';
import { objectsConfig, objectsFromConfig } from '#platform/objects';
import { openBell, type QueueConfig } from '#platform/queue';
import { createLogger } from '#platform/telemetry';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { installSchema } from '../../apps/composition/install-schema.js';
import { ApiClient } from '../../apps/cli/api/client.js';
import { revoked } from '../../apps/cli/session/device-login.js';
import { CommandEnded } from '../../apps/cli/exit-codes.js';
import { startOpenBao, startRedis, startVersitygw } from '../../deploy/embedded/servers/index.js';
import { openDatabase, type TestDatabase } from './database.js';
import { openIssuer } from './issuer.js';
import type { TcpProxy } from './tcp-proxy.js';

/** Small, and yet enough for a busy machine that answers. */
export const limits: Limits = limitsConfig.parse({
  database: {
    connectMs: 1_500,
    placeMs: 2_500,
    lockMs: 800,
    statementMs: 1_000,
    answerMs: 1_500,
    idleInTransactionMs: 2_000,
    deadPeerMs: 2_000,
  },
  migrations: { lockMs: 500, statementMs: 1_000, turnMs: 1_000 },
  access: { answerMs: 1_500 },
  bell: { connectMs: 1_500, ringMs: 1_500, silentMs: 2_000 },
  keys: { requestMs: 1_500 },
  objects: { connectMs: 2_000, requestMs: 2_500, silentMs: 2_000 },
  cluster: { connectMs: 1_500, requestMs: 2_000, watchSilentMs: 1_500 },
  issuer: { requestMs: 2_000 },
  replicas: { rehearseMs: 3_000, answerMs: 2_000 },
  engine: { runMs: 1_500 },
  cli: { answerMs: 2_000, silentMs: 1_500, issuerMs: 2_000, goOnMs: 2_000 },
  telemetry: { exportMs: 1_500 },
});
const tries = 2;

/** A client of ours whose peer stands behind a proxy. */
export interface Trial {
  /** Row of the table of limits. */
  readonly row: keyof Limits;
  /** The port of the server that it calls. */
  readonly port: number;
  /** A client through the proxy, with the call that is tried. */
  open(proxy: TcpProxy): Promise<{ call(): Promise<unknown>; close(): Promise<unknown> }>;
  /** The longest that the opening, and then one call, may take. */
  readonly withinMs: number;
  /** The piece of an answer, from 0, at which the peer begins to fail: in the middle of a longer call. At once, where left out. */
  readonly from?: number;
  /** What the call says of it, as {@link saidOf} reads it. */
  readonly says: RegExp;
}

/** The code of a refusal, of pg's error as whoever asked would tell it, or what else came. */
export function saidOf(fault: unknown): string {
  const refusal = fault instanceof Refusal ? fault : outageRefusal(fault);
  if (refusal !== undefined) return `${refusal.code}${refusal.transient ? ' transient' : ''}`;
  if (fault instanceof CommandEnded) return `exit ${String(fault.code)}`;
  return fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
}

/** What must have said no to count: an answer that is none is thrown. */
const unless = async <T>(asking: Promise<T>, fine: (answer: T) => boolean, told: (answer: T) => string): Promise<void> => {
  const answer = await asking;
  if (!fine(answer)) throw new Error(told(answer));
};

/** Answers everything alike, as the replica that the path begins with. @param answer to what was asked at this address */
async function httpPeer(answer: (at: string) => unknown): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const headers = { 'content-type': 'application/json', 'opdomain-replica': request.url?.split('/')[1] ?? '' };
      response.writeHead(200, headers).end(JSON.stringify(answer(`http://${request.headers.host ?? ''}`)));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

/** What an API server says to a client that asks who it is. */
const whoAmI = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', status: { userInfo: { username: 'operator' } } };

/** A client of the API server behind a proxy. */
export async function clusterAt(dir: string, proxy: TcpProxy): Promise<KubeCluster> {
  const kubeconfig = join(dir, `kube-${String(proxy.port)}`);
  // The library speaks in clear only where TLS is not asked for at all.
  const address = { server: `http://127.0.0.1:${String(proxy.port)}`, 'insecure-skip-tls-verify': true };
  const named = { clusters: [{ name: 'k', cluster: address }], users: [{ name: 'k', user: {} }] };
  const context = { contexts: [{ name: 'k', context: { cluster: 'k', user: 'k' } }], 'current-context': 'k' };
  await writeFile(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...named, ...context }));
  return KubeCluster.open(kubeConfig.parse({ kubeconfig, attempts: 1 }), limits.cluster);
}

/** Every client of the product by name, before real servers where there are any. */
export async function openTrials(dir: string): Promise<{ trials: Readonly<Record<string, Trial>>; stop(): Promise<void> }> {
  const database = await openDatabase(dir, contexts);
  const postgres = Number(new URL(database.url).port);
  const redis = await startRedis({ dir });
  const bao = await startOpenBao({ dir });
  const s3 = await startVersitygw({ dir });
  const issuer = await openIssuer();
  const kube = await httpPeer(() => whoAmI);
  const platform = await httpPeer(() => ({ text: 'x'.repeat(200_000) }));
  const signOut = await httpPeer((at) => ({ issuer: at, revocation_endpoint: `${at}/revocation` }));
  const files = { redis: join(dir, 'r'), access: join(dir, 'a'), secret: join(dir, 's'), master: join(dir, 'master') };
  for (const [path, text] of [
    [files.redis, redis.password],
    [files.access, s3.accessKey],
    [files.secret, s3.secretKey],
  ] as const)
    // prettier-ignore
    await writeFile(path, text, { mode: 0o600 });
  await createMasterKeyFile(files.master);
  const log = createLogger('test', 'silent');
  const sealed: Keys = await SealedKeyFile.open({ path: join(dir, 'keys'), masterKeyFile: files.master });
  await sealed.create('some/thing');

  const urlFile = async (proxy: TcpProxy, of: string): Promise<string> => {
    const path = join(dir, `through-${String(proxy.port)}.url`);
    await writeFile(path, proxy.through(readFileSync(of, 'utf8').trim()), { mode: 0o600 });
    return path;
  };
  const dataSource = async (proxy: TcpProxy, of: string): Promise<DataSource> =>
    createDataSource({ urlFile: await urlFile(proxy, of), poolSize: 2, limits: limits.database }, []).initialize();
  const pool = (of: string, asking: (from: DataSource) => Promise<unknown>): Trial => ({
    row: 'database',
    port: postgres,
    // Waiting for a connection, and then for a statement.
    withinMs: limits.database.placeMs + limits.database.answerMs,
    says: /^database\.(unreachable|busy) transient$/,
    open: async (proxy) => {
      const opened = await dataSource(proxy, of);
      return { call: () => asking(opened), close: () => opened.destroy() };
    },
  });
  const bell = (config: (proxy: TcpProxy) => Promise<QueueConfig>, port: number): Trial => ({
    row: 'bell',
    port,
    withinMs: limits.bell.ringMs,
    says: /bell does not answer|earlier rings|ECONNREFUSED|Connection|timed out|in time|database\.unreachable/,
    open: async (proxy) => {
      const opened = await openBell(await config(proxy), limits);
      return { call: () => opened.ring('events'), close: () => opened.close() };
    },
  });
  const applications: readonly Application[] = ['api', 'worker', 'operator'];
  const roleOf = (one: Application) => ({ name: new URL(readFileSync(database.urlFiles[one], 'utf8').trim()).username });
  const roles = rolesConfig.parse(Object.fromEntries(applications.map((one) => [one, roleOf(one)])));
  // Two migrations of one database wait for one another.
  const owned = new Map<number, Promise<TestDatabase>>();
  const ownDatabase = async ({ port }: TcpProxy): Promise<string> => {
    const at = join(dir, `migrate-${String(port)}`);
    await mkdir(at, { recursive: true });
    const opened = owned.get(port) ?? openDatabase(at, contexts);
    owned.set(port, opened);
    return (await opened).urlFile;
  };

  const trials: Record<string, Trial> = {
    ...Object.fromEntries(
      applications.map((application) => [
        `the pool of the ${application}`,
        pool(database.urlFiles[application], (from) => from.transaction((manager) => manager.query('SELECT 1'))),
      ]),
    ),
    'the key ledger': pool(database.urlFiles.worker, (from) => new KeyLedger(from).destroyed(['a'])),
    migrate: {
      row: 'migrations',
      port: postgres,
      withinMs: limits.database.connectMs + limits.migrations.turnMs + limits.database.answerMs,
      says: /^database\.(unreachable|busy) transient$/,
      open: async (proxy) => {
        const path = await urlFile(proxy, await ownDatabase(proxy));
        const config = {
          database: { urlFile: path, ownerUrlFile: path, roles, poolSize: 2 },
          queue: { kind: 'redis' as const, host: '127.0.0.1', port: 1, tls: false },
          limits,
        };
        // All that it does is one call; opening is nothing of its own.
        return { call: () => installSchema(config, contexts), close: () => Promise.resolve() };
      },
    },
    'the truth of open transfers': {
      row: 'access',
      port: postgres,
      withinMs: 2 * limits.access.answerMs,
      says: /^database\.unreachable transient$/,
      open: async (proxy) => {
        const url = proxy.through(readFileSync(database.urlFiles.api, 'utf8').trim());
        const truth = new AccessTruth({ url, leaseMs: 4_000, limits, clock: systemClock, log });
        await truth.register(null);
        return { call: () => truth.register(null), close: () => truth.close() };
      },
    },
    'the bell on Redis': bell(
      (proxy) => Promise.resolve({ kind: 'redis', host: '127.0.0.1', port: proxy.port, passwordFile: files.redis, tls: false }),
      redis.port,
    ),
    'the bell on PostgreSQL': bell(
      async (proxy) => ({ kind: 'postgres', urlFile: await urlFile(proxy, database.urlFiles.worker), schema: 'bullmq' }),
      postgres,
    ),
    'the key store': {
      row: 'keys',
      port: Number(new URL(bao.address).port),
      // All tries, the look at why, and the pauses between.
      withinMs: (tries + 1) * limits.keys.requestMs + 500,
      says: /^keys\.(unreachable|sealed) transient$/,
      open: async (proxy) => {
        const { tokenFile } = bao;
        const config = keysConfig.parse({
          kind: 'transit',
          address: proxy.through(bao.address).replace(/\/$/, ''),
          tokenFile,
          attempts: tries,
        });
        const keys = await keysFromConfig(config, undefined, limits.keys);
        const name = `scenario/${newId()}`;
        if ((await keys.state(name)).state === 'absent') await keys.create(name);
        return { call: () => keys.wrap(name, randomBytes(32)), close: () => keys.close() };
      },
    },
    ...Object.fromEntries(
      (['write', 'read', 'read on', 'list'] as const).map((what) => [
        `the object store, to ${what}`,
        {
          // In the midst of the bytes, of which a piece is 64 KB at the most.
          ...(what === 'read on' ? { from: 6 } : {}),
          row: 'objects',
          port: Number(new URL(s3.endpoint).port),
          withinMs: 4 * tries * limits.objects.requestMs + 1_000,
          says: /^objects\.unreachable transient$/,
          open: async (proxy) => {
            const endpoint = proxy.through(s3.endpoint).replace(/\/$/, '');
            const keysOf = { accessKeyFile: files.access, secretKeyFile: files.secret };
            const config = objectsConfig.parse({ kind: 's3', endpoint, region: s3.region, bucket: 'silent', attempts: tries, ...keysOf });
            const store = await objectsFromConfig(config, sealed, limits.objects);
            const key = `scenarios/${newId()}`;
            const put = () => store.put(key, randomBytes(800_000), { sealedBy: 'some/thing' });
            await put();
            const read = async (): Promise<void> => {
              for await (const part of await store.get(key, { sealedBy: 'some/thing' }))
                if (part.length === 0) throw new Error('empty part');
            };
            return { call: { write: put, read, 'read on': read, list: () => store.list('scenarios/') }[what], close: () => store.close() };
          },
        } satisfies Trial,
      ]),
    ),
    'the API server': {
      row: 'cluster',
      port: kube.port,
      withinMs: limits.cluster.requestMs,
      says: /^kube\.unreachable transient$/,
      open: async (proxy) => {
        const cluster = await clusterAt(dir, proxy);
        return { call: () => cluster.whoAmI(), close: () => cluster.close() };
      },
    },
    'the issuer': {
      row: 'issuer',
      port: Number(new URL(issuer.url).port),
      // Two answers, the discovery document and the keys, and a second between readings.
      withinMs: 2 * limits.issuer.requestMs + 1_000,
      says: /^identity\.issuer-unreachable transient$/,
      open: (proxy) => {
        const jwksUri = `http://127.0.0.1:${String(proxy.port)}/jwks`;
        const keys = new IssuerKeys(oidcConfig.parse({ issuer: issuer.url, audience: 'a', jwksUri }), undefined, limits.issuer);
        return Promise.resolve({ call: () => keys.reread(), close: () => Promise.resolve() });
      },
    },
    'a replica that a cut asks': {
      row: 'replicas',
      port: platform.port,
      withinMs: limits.replicas.answerMs + limits.replicas.rehearseMs,
      // Not taken for a verdict, neither before the cut nor after it.
      says: /^Error: unknown, unknown$/,
      open: async (proxy) => {
        const own = await createDataSource({ urlFile: database.urlFile, poolSize: 2 }, []).initialize();
        const canaries = new Canaries(own, new EpochReader(own), sealed, limits);
        const id = newId();
        const call = async (): Promise<void> => {
          await own.query(
            `INSERT INTO platform.replicas (id, address, lease_ms, seen_at) VALUES ($1, $2, 15000, clock_timestamp())
             ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()`,
            [id, `http://127.0.0.1:${String(proxy.port)}/${id}`],
          );
          const scope = { kind: 'person' as const, id: newId() };
          await canaries.rehearse(scope);
          const answers = await canaries.askEverywhere(scope, new Date(Date.now() + 5).toISOString());
          const mine = answers.find(({ replica }) => replica.startsWith(id));
          const said = `${mine?.before ?? 'none'}, ${mine?.refused === 'unknown' ? 'unknown' : 'answered'}`;
          if (said !== 'accepted, answered') throw new Error(said);
        };
        return { call, close: () => own.destroy() };
      },
    },
    'a collector of spans': {
      row: 'telemetry',
      port: platform.port,
      withinMs: limits.telemetry.exportMs,
      says: /./,
      open: (proxy) => {
        const url = `http://127.0.0.1:${String(proxy.port)}/v1/traces`;
        const exporter = new OTLPTraceExporter({ url, timeoutMillis: limits.telemetry.exportMs });
        const call = () =>
          new Promise((resolve, reject) => {
            exporter.export([], ({ code, error }) =>
              (code as number) === 0 ? resolve(undefined) : reject(error ?? new Error('not taken')),
            );
          });
        return Promise.resolve({ call, close: () => exporter.shutdown() });
      },
    },
    'the command line at the platform': {
      row: 'cli',
      port: platform.port,
      withinMs: limits.cli.answerMs + limits.cli.silentMs,
      says: /^exit 5$/,
      open: (proxy) => {
        const terminal = { out: () => undefined, err: () => undefined, language: 'en' as const };
        const client = new ApiClient(`http://127.0.0.1:${String(proxy.port)}/`, () => Promise.resolve('t'), terminal, limits.cli);
        return Promise.resolve({
          call: async () => (await client.call({ method: 'GET', path: '/api/v1/x', body: undefined })).json(),
          close: () => Promise.resolve(),
        });
      },
    },
    'the command line at the issuer': {
      row: 'cli',
      port: signOut.port,
      withinMs: 2 * limits.cli.issuerMs,
      says: /^Error: not revoked: \w/,
      open: (proxy) => {
        const session = {
          server: 'http://s',
          issuer: `http://127.0.0.1:${String(proxy.port)}`,
          clientId: 'c',
          accessToken: 't',
          expiresAt: 0,
        };
        const call = () =>
          unless(
            revoked({ ...session, refreshToken: 'r' }, limits.cli),
            (said) => said === 'revoked',
            (said) => `not revoked: ${typeof said === 'object' ? said.notRevoked : said}`,
          );
        return Promise.resolve({ call, close: () => Promise.resolve() });
      },
    },
  };
  return {
    trials,
    stop: async () => {
      for (const { server } of [kube, platform, signOut]) {
        server.closeAllConnections();
        server.close();
      }
      await issuer.close();
      await sealed.close();
      for (const server of [redis, bao, s3]) await server.stop();
      for (const one of owned.values()) await (await one).drop();
      await database.drop();
    },
  };
}

/** The engine is asked over pipes, not over TCP: a run that never says a word. */
export async function silentRun(): Promise<{ code: string | undefined; ms: number }> {
  const root = join('/dev/shm', `opdomain-silent-${String(process.pid)}`);
  await mkdir(root, { recursive: true });
  const settings = { sandbox: 'preferred', sandboxUid: 60_700, memoryMb: 256, threads: 1, scratchBytes: 10_000_000 } as const;
  const engine = await SandboxEngine.open({ ...settings, wallClockMs: limits.engine.runMs });
  const scratch = new ScratchArea({ root, allowDiskScratch: false, owner: engine.scratchOwner }).allocate(10_000_000);
  try {
    const sql = 'SELECT count(*) FROM range(1000000000000) WHERE hash(range) = 1';
    const outcome = await engine.run({ scratch, inputs: [], steps: [{ kind: 'sql', sql, result: 'none' }] });
    return { code: outcome.ok ? undefined : outcome.cause.code, ms: outcome.ms };
  } finally {
    scratch.dispose();
  }
}
