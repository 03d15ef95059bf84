import 'reflect-metadata';
import { FirstAdministrators } from '#identity';
import { dayOf, newId, systemClock, type ContextDeclaration, type Role } from '#kernel';
import { createMasterKeyFile } from '#platform/keys';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeApi, listen } from '../../apps/api/app.js';
import { opdomainConfig, type OpdomainConfig } from '../../apps/composition/config.js';
import { contexts as allContexts } from '../../apps/composition/contexts.js';
import { openPlatform, type Platform } from '../../apps/composition/platform.js';
import { startWorker } from '../../apps/worker/app.js';
import { pathsOf } from './cuts.js';
import { openDatabase, type TestDatabase } from './database.js';
import { openIssuer, testAudience, type Issuer } from './issuer.js';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: T;
}

/** One person's way into the API, as that person. */
export interface Caller {
  readonly personId: string;
  readonly organisationId: string;
  get<T = Record<string, unknown>>(path: string): Promise<Answer<T>>;
  post<T = Record<string, unknown>>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  put<T = Record<string, unknown>>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  delete<T = Record<string, unknown>>(path: string): Promise<Answer<T>>;
  token(): Promise<string>;
}

export interface Medium {
  readonly platform: Platform;
  readonly app: NestFastifyApplication;
  readonly issuer: Issuer;
  readonly dir: string;
  /** The three separated administrators of the installation. */
  readonly operator: Caller;
  readonly security: Caller;
  readonly auditor: Caller;
  organisation(kind: string, more?: Record<string, unknown>): Promise<string>;
  /** Registers a person of an organisation with roles there; a role's scope defaults to what fits the role. */
  person(organisationId: string, roles: readonly Role[], scope?: Record<string, unknown>): Promise<Caller>;
  /** Rows of SQL, for assertions only. */
  sql<T = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<T[]>;
  /** Waits until `check` answers something; fails after `seconds`. */
  until<T>(check: () => Promise<T | undefined | false>, what: string, seconds?: number): Promise<T>;
  close(): Promise<void>;
}

/** Scope that a role usually has. */
const usualScope = (role: Role, organisationId: string): Record<string, unknown> =>
  role === 'authority'
    ? { kind: 'region', authorityId: organisationId }
    : role === 'unit-manager' || role === 'unit-developer' || role === 'provider'
      ? { kind: 'unit', organisationId }
      : { kind: 'platform' };

const codeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCode = (): string => Array.from({ length: 18 }, () => codeAlphabet[Math.floor(Math.random() * codeAlphabet.length)]).join('');

async function configFor(
  dir: string,
  database: TestDatabase,
  issuer: Issuer,
  contexts: readonly ContextDeclaration[],
  change: (config: OpdomainConfig) => OpdomainConfig,
): Promise<OpdomainConfig> {
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  const kubeconfig = join(dir, 'no-cluster.kubeconfig');
  const paths = pathsOf(contexts);
  const nowhere = { server: 'https://127.0.0.1:1' };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'none', cluster: nowhere }],
      users: [{ name: 'none', user: {} }],
      contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
      'current-context': 'none',
    }),
  );
  return change(
    opdomainConfig.parse({
      database: { urlFile: database.urlFile },
      queue: { kind: 'postgres', urlFile: database.urlFile },
      keys: { kind: 'file', path: join(dir, 'keys'), masterKeyFile },
      objects: { kind: 'folder', path: join(dir, 'objects') },
      cluster: { kubeconfig, attempts: 1 },
      engine: { scratchRoot: join('/dev/shm', `opdomain-test-${newId()}`) },
      http: { port: 0, requestsPerMinute: 1_000_000 },
      oidc: { issuer: issuer.url, audience: testAudience },
      telemetry: { logLevel: process.env['OPDOMAIN_TEST_LOG'] ?? 'silent' },
      ...(paths.length === 0 ? {} : { seats: { paths } }),
      installation: {
        organisation: { name: '平台运维单位', creditCode: creditCode() },
        administrators: [
          { name: '平台运维', subject: 'operator', role: 'platform-operator' },
          { name: '安全管理员', subject: 'security', role: 'security-admin' },
          { name: '审计管理员', subject: 'auditor', role: 'audit-admin' },
        ],
      },
    }),
  );
}

/**
 * The product over real PostgreSQL, keys, objects and engine, with an OIDC issuer of the test's own; requests are injected.
 * `worker` also starts relay and jobs, and the API listens, since receipts ask it. No cluster: what needs one is refused as unreachable (that is test/cluster).
 */
export async function openMedium(
  options: { contexts?: readonly ContextDeclaration[]; worker?: boolean; config?: (config: OpdomainConfig) => OpdomainConfig } = {},
): Promise<Medium> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-medium-'));
  await chmod(dir, 0o711);
  const contexts = options.contexts ?? allContexts;
  const database = await openDatabase(dir, contexts);
  const issuer = await openIssuer();
  const config = await configFor(dir, database, issuer, contexts, options.config ?? ((whole) => whole));
  const platform = await openPlatform(config, contexts, 'test');
  const app = await composeApi(platform);
  await app.get(FirstAdministrators).ensure(issuer.url, config.installation);
  // Receipts ask the API by real requests.
  if (options.worker === true) await listen(app, platform);
  const stopWorker = options.worker === true ? await startWorker(platform) : undefined;
  const today = dayOf(systemClock.now());

  const caller = (subject: string, personId: string, organisationId: string): Caller => {
    const call = async <T>(
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer<T>> => {
      const response = await app.inject({
        method,
        url: `/api/v1${path}`,
        headers: {
          authorization: `Bearer ${await issuer.token(subject)}`,
          ...(method === 'POST' ? { 'idempotency-key': newId() } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const json = /json/.test(response.headers['content-type'] ?? '');
      return { status: response.statusCode, headers: response.headers, body: (json ? response.json() : response.body) as T };
    };
    return {
      personId,
      organisationId,
      get: (path) => call('GET', path),
      post: (path, body, headers) => call('POST', path, body, headers),
      put: (path, body, headers) => call('PUT', path, body, headers),
      delete: (path) => call('DELETE', path),
      token: () => issuer.token(subject),
    };
  };
  const administrator = async (subject: string): Promise<Caller> => {
    const self = await caller(subject, '', '').get<{ personId: string; organisationId: string }>('/people/self');
    return caller(subject, self.body.personId, self.body.organisationId);
  };
  const operator = await administrator('operator');
  const security = await administrator('security');
  const auditor = await administrator('auditor');
  const made = <T>(answer: Answer<T>): T => {
    if (answer.status >= 300) throw new Error(`unexpected answer ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  return {
    platform,
    app,
    issuer,
    dir,
    operator,
    security,
    auditor,
    async organisation(kind, more = {}) {
      const name = `${kind} ${newId().slice(-4)}`;
      return made(await operator.post<{ id: string }>('/organisations', { kind, name, creditCode: creditCode(), ...more })).id;
    },
    async person(organisationId, roles, scope) {
      const subject = `person-${newId()}`;
      const { id } = made(
        await operator.post<{ id: string }>('/people', { name: '张三', issuer: issuer.url, subject, organisationId, from: '2020-01-01' }),
      );
      for (const role of roles)
        made(await security.post(`/people/${id}/role-grants`, { role, scope: scope ?? usualScope(role, organisationId), from: today }));
      return caller(subject, id, organisationId);
    },
    sql: (text, parameters) => platform.dataSource.query(text, parameters),
    async until(check, what, seconds = 30) {
      const deadline = Date.now() + seconds * 1000;
      for (;;) {
        const found = await check();
        if (found !== undefined && found !== false) return found;
        if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      await stopWorker?.();
      await app.close();
      await platform.close();
      await issuer.close();
      await database.drop();
      await rm(config.engine.scratchRoot, { recursive: true, force: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}
