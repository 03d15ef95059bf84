import 'reflect-metadata';
import { Bootstrap, type FirstPeople } from '#identity';
import { newId, sha256, type Application, type ContextDeclaration, type Role } from '#kernel';
import type { HostClock } from '#platform/database';
import { createMasterKeyFile } from '#platform/keys';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeApi, listen } from '../../apps/api/app.js';
import { opdomainConfig, type OpdomainConfig } from '../../apps/composition/config.js';
import { contexts as allContexts } from '../../apps/composition/contexts.js';
import { openPlatform, type Platform } from '../../apps/composition/platform.js';
import { composeWorker, startWorker } from '../../apps/worker/app.js';
import { pathsOf } from './cuts.js';
import { openDatabase, type TestDatabase } from './database.js';
import { numberOf } from './identity-numbers.js';
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
  /** The API's: its database role, its ports. */
  readonly platform: Platform;
  readonly app: NestFastifyApplication;
  readonly issuer: Issuer;
  readonly dir: string;
  /** File with the superuser's connection, for what only the owner of the tables may do. */
  readonly superuserUrlFile: string;
  /** The three separated administrators of the installation. */
  readonly operator: Caller;
  readonly security: Caller;
  readonly auditor: Caller;
  /** Of the authority under which units and providers stand that name no other. */
  readonly chief: Caller;
  organisation(kind: string, more?: Record<string, unknown>): Promise<string>;
  /** Registers a person of an organisation with roles there, proposed and confirmed where they decide; the scope defaults to what fits. */
  person(organisationId: string, roles: readonly Role[], scope?: Record<string, unknown>): Promise<Caller>;
  /** Another process's, opened when first asked for. */
  platformOf(application: Application): Promise<Platform>;
  /** What a process started apart is configured by. */
  configOf(application: Application): OpdomainConfig;
  /** The worker's use cases, without its loops: for tests that take a job's turn themselves. */
  worker(): Promise<INestApplicationContext>;
  /** Ends the loops that `worker` started: from here on only the test takes work, however long it needs. */
  endWorker(): Promise<void>;
  /** Rows of SQL as the superuser, for assertions and for what is done behind the product's back. */
  /** Gives a role to someone: at once, or by the security administrator's proposal and the other side's confirmation. */
  grant(to: Caller, role: Role, scope: Record<string, unknown>): Promise<void>;
  /** Ends a deciding role of someone: proposed by the security administrator and confirmed by the other side. */
  endRole(of: Caller, role: Role, scope: Record<string, unknown>): Promise<void>;
  /** Rows of SQL, for assertions only. */
  sql<T = Record<string, unknown>>(text: string, parameters?: unknown[]): Promise<T[]>;
  /** Waits until `check` answers something; fails after `seconds`. */
  until<T>(check: () => Promise<T | undefined | false>, what: string, seconds?: number): Promise<T>;
  close(): Promise<void>;
}

/** Roles that one person gives. */
const alone: readonly Role[] = ['unit-manager', 'unit-developer'];

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
      database: { urlFile: database.urlFiles.api },
      queue: { kind: 'postgres', urlFile: database.urlFiles.worker },
      keys: { kind: 'file', path: join(dir, 'keys'), masterKeyFile },
      objects: { kind: 'folder', path: join(dir, 'objects') },
      cluster: { kubeconfig, attempts: 1 },
      engine: { scratchRoot: join('/dev/shm', `opdomain-test-${newId()}`), sandbox: 'preferred' },
      http: { port: 0, requestsPerMinute: 1_000_000 },
      oidc: { issuer: issuer.url, audience: testAudience },
      telemetry: { logLevel: process.env['OPDOMAIN_TEST_LOG'] ?? 'silent' },
      ...(paths.length === 0 ? {} : { seats: { paths } }),
    }),
  );
}

/** As `opdomain bootstrap` reads them: the three administrators, and an authority under which units and providers stand unless said. */
const firstPeople = (): FirstPeople => ({
  organisation: { name: '平台运维单位', creditCode: creditCode() },
  administrators: [
    { name: '平台运维', subject: 'operator', role: 'platform-operator' },
    { name: '安全管理员', subject: 'security', role: 'security-admin' },
    { name: '审计管理员', subject: 'auditor', role: 'audit-admin' },
  ],
  authority: {
    name: '数据主管部门',
    creditCode: creditCode(),
    people: [
      { name: '主管部门甲', subject: 'chief' },
      { name: '主管部门乙', subject: 'deputy' },
    ],
  },
});

/**
 * The product over real PostgreSQL, keys, objects and engine, with an OIDC issuer of the test's own; requests are injected.
 * `worker` also starts relay and jobs, and the API listens, since receipts ask it. No cluster: what needs one is refused as unreachable (that is test/cluster).
 */
export async function openMedium(
  options: {
    contexts?: readonly ContextDeclaration[];
    /** Contexts whose tables are there, where those are more: a process started apart is of all contexts, and refuses a schema that is not. */
    schema?: readonly ContextDeclaration[];
    worker?: boolean;
    config?: (config: OpdomainConfig) => OpdomainConfig;
    /** Clocks of the hosts that processes run on, where they are not this machine's. */
    hosts?: Partial<Record<Application, HostClock>>;
  } = {},
): Promise<Medium> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-medium-'));
  await chmod(dir, 0o711);
  const contexts = options.contexts ?? allContexts;
  const database = await openDatabase(dir, options.schema ?? contexts);
  const issuer = await openIssuer();
  const config = await configFor(dir, database, issuer, contexts, options.config ?? ((whole) => whole));
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  const platforms = new Map<Application, Promise<Platform>>();
  const configOf = (application: Application): OpdomainConfig => ({
    ...config,
    database: { ...config.database, urlFile: database.urlFiles[application] },
  });
  const platformOf = (application: Application): Promise<Platform> => {
    const known = platforms.get(application);
    if (known !== undefined) return known;
    const opening = openPlatform(configOf(application), contexts, application, options.hosts?.[application]);
    platforms.set(application, opening);
    return opening;
  };
  const platform = await platformOf('api');
  const app = await composeApi(platform);
  await app.get(Bootstrap).run(issuer.url, firstPeople());
  // Receipts ask the API by real requests.
  if (options.worker === true) await listen(app, platform);
  let stopWorker = options.worker === true ? await startWorker(await platformOf('worker')) : undefined;
  const endWorker = async (): Promise<void> => {
    const stop = stopWorker;
    stopWorker = undefined;
    await stop?.();
  };
  let quietWorker: Promise<INestApplicationContext> | undefined;

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
  const made = <T>(answer: Answer<T>): T => {
    if (answer.status >= 300) throw new Error(`unexpected answer ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const operator = await administrator('operator');
  const security = await administrator('security');
  const auditor = await administrator('auditor');
  const chief = await administrator('chief');
  const superiors = new Map<string, string>();
  const officers = new Map<string, Caller>([[chief.organisationId, chief]]);
  /** The authority's person nearest above an organisation; while there is none, the audit administrator. */
  const confirmer = (organisationId: string, receiver: Caller): Caller => {
    for (let at: string | undefined = organisationId; at !== undefined; at = superiors.get(at)) {
      const officer = officers.get(at);
      if (officer !== undefined && officer.personId !== receiver.personId) return officer;
    }
    return auditor;
  };
  const byTwo = async (to: Caller, role: Role, scope: Record<string, unknown>, ends: boolean): Promise<string> => {
    const body = { personId: to.personId, role, scope, ends };
    const { id, organisationId } = made(await security.post<{ id: string; organisationId: string }>('/role-proposals', body));
    const by = role.endsWith('-admin') || role === 'platform-operator' ? auditor : confirmer(organisationId, to);
    made(await by.post(`/role-proposals/${id}/confirmations`));
    return organisationId;
  };
  const grant = async (to: Caller, role: Role, scope: Record<string, unknown>): Promise<void> => {
    if (alone.includes(role)) {
      made(await security.post(`/people/${to.personId}/role-grants`, { role, scope }));
      return;
    }
    const organisationId = await byTwo(to, role, scope, false);
    if (role === 'authority' && !officers.has(organisationId)) officers.set(organisationId, to);
  };

  return {
    platform,
    app,
    issuer,
    dir,
    superuserUrlFile: database.urlFile,
    operator,
    security,
    auditor,
    chief,
    grant,
    async endRole(of, role, scope) {
      await byTwo(of, role, scope, true);
    },
    async organisation(kind, more = {}) {
      const under = kind === 'unit' || kind === 'provider' ? { parentId: chief.organisationId } : {};
      const name = `${kind} ${newId().slice(-4)}`;
      const body = { kind, name, creditCode: creditCode(), ...under, ...more };
      const { id, parentId } = made(await operator.post<{ id: string; parentId: string | null }>('/organisations', body));
      if (parentId !== null) superiors.set(id, parentId);
      return id;
    },
    async person(organisationId, roles, scope) {
      const subject = `person-${newId()}`;
      const { id } = made(await operator.post<{ id: string }>('/people', { name: '张三', issuer: issuer.url, subject, organisationId }));
      const person = caller(subject, id, organisationId);
      // Whoever may come to decide has a verified number; what a seat needs is the tests' own.
      if (roles.length === 0 || roles.some((role) => !alone.includes(role)))
        made(
          await security.post(`/people/${id}/records`, {
            ...{ kind: 'real-name', evidenceDigest: sha256(id), details: { level: 'L3' }, identityNumber: numberOf(id) },
          }),
        );
      for (const role of roles) await grant(person, role, scope ?? usualScope(role, organisationId));
      return person;
    },
    platformOf,
    configOf,
    endWorker,
    worker: () => (quietWorker ??= platformOf('worker').then(composeWorker)),
    sql: async <T>(text: string, parameters: unknown[] = []) => {
      const { rows }: { rows: unknown[] } = await pool.query(text, parameters);
      return rows as T[];
    },
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
      await endWorker();
      await (await quietWorker)?.close();
      await app.close();
      for (const opened of platforms.values()) await (await opened).close();
      await pool.end();
      await issuer.close();
      await database.drop();
      await rm(config.engine.scratchRoot, { recursive: true, force: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}
