import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { KubeCluster, kubeConfig } from '#platform/kube';
import { seatsContext } from '#seats';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startControlPlane } from '../../deploy/embedded/servers/control-plane.js';
import { startRedis } from '../../deploy/embedded/servers/redis.js';
import { listen } from '../../apps/api/app.js';
import { opdomainConfig } from '../../apps/composition/config.js';
import { installation, user } from '../../libs/domains/manifests/index.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, fileRecord, inDays, ok, openOperating, type Operating } from '../support/operating.js';
import { pathsOf } from '../support/cuts.js';
import { cpuTimes, type CpuTimes } from './cpu.js';
import { fillLanes, heldContext } from './held-lanes.js';
import { profile } from './profile.js';
import type { Say } from './report.js';

const operatorUser = 'opdomain-operator';
const image = `registry.example/workbench@sha256:${'a'.repeat(64)}`;
/** Small enough for a domain's share of the workspaces within the quota that zones have by default. */
const workspace = { cpu: '100m', memory: '128Mi', scratch: '256Mi' };
/** Domains that hold the seats; the rest of the wanted ones are there to be reconciled. */
const seatDomains = 4;
/** How long domains are made before it is measured with as many as there are. */
const makingSeconds = 150;
/** People and seats are made this many at a time. */
const width = 6;

/** One receipt, all in milliseconds of the database's clock. */
export interface Watched {
  readonly committedAt: number;
  /** When the first attempt read the cut. */
  readonly triedAt: number;
  /** When the operator's look was answered that showed the workspace gone. */
  readonly lookedAt: number;
  /** When the receipt was seen to be there. */
  readonly seenAt: number;
}
export interface World {
  readonly dir: string;
  /** Seats with a workspace whose pod stands. */
  readonly seats: readonly string[];
  /** Has every domain reconciled over and over and fills all lanes but the cuts'. */
  load(): Promise<{ readonly ready: number; readonly wanted: number }>;
  revoke(seatId: string): Promise<void>;
  /** The database's clock, in milliseconds. */
  now(): Promise<number>;
  /** Waits for so many receipts from here on. */
  watchReceipts(count: number): Promise<readonly Watched[]>;
  /** Requests of the operator and its probers about the seats' domains, by the API server's own log. */
  requestsAbout(from: string, until: string): Promise<number>;
  passesSince(from: string): Promise<number>;
  /** Processor time by program so far. */
  cpu(): Promise<CpuTimes>;
  /** Samples API, worker and operator from here on. @returns what ends it, with a profile of each in the folder */
  profile(folder: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** PostgreSQL, Redis, an API server with its etcd; the API in this process, worker and operator in their own, as they are installed. */
export async function openWorld(say: Say, seatCount: number, wantedDomains: number): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-bench-'));
  say('starting the control plane');
  const plane = await startControlPlane({ dir, durable: false });
  const admin = await KubeCluster.open(kubeConfig.parse({ kubeconfig: plane.kubeconfigPath }));
  for (const object of installation({ operator: user(operatorUser) })) await admin.apply(object);
  await admin.close();
  const kubeconfig = await plane.kubeconfigFor(operatorUser);
  // The bell as it is installed: in PostgreSQL, as tests have it, it costs what the receipts are to be measured on.
  const redis = await startRedis({ dir });
  const passwordFile = join(dir, 'queue.password');
  await writeFile(passwordFile, redis.password, { mode: 0o600 });
  const contexts = [identityContext, authorisationsContext, domainsContext, seatsContext, heldContext];
  const medium = await openMedium({
    contexts,
    // Passes may use what the machine bears; cuts keep the share that they have by default.
    config: (config) => {
      const cluster = kubeConfig.parse({ kubeconfig, requestsPerSecond: 400, burst: 400 });
      const queue = { kind: 'redis', host: '127.0.0.1', port: redis.port, passwordFile, tls: false };
      return opdomainConfig.parse({ ...config, queue, cluster, seats: { paths: pathsOf(contexts), workspace } });
    },
  });
  // Receipts ask the API by real requests.
  await listen(medium.app, medium.platform);
  const operator = await applicationProcess('operator', medium, dir);
  const worker = await applicationProcess('worker', medium, dir);
  const closers: (() => void | Promise<void>)[] = [
    () => worker.stop(),
    () => operator.stop(),
    () => medium.close(),
    () => redis.stop(),
    () => plane.stop(),
  ];

  say('making authorisations and domains');
  ok(await medium.operator.post('/catalogue-images', { image, title: '工作台', purpose: 'workspace', zones: ['dev'] }));
  const operatings: Operating[] = [];
  for (let made = 0; made < seatDomains; made += 1) operatings.push(await openOperating(medium));
  const began = performance.now();
  const domainIds: string[] = [];
  for (const { authorisationId } of operatings)
    domainIds.push(ok(await medium.operator.post('/operation-domains', { authorisationId })).id);
  const readyDomains = async (): Promise<number> =>
    count(medium, `SELECT count(*) AS n FROM domains.operation_domains WHERE state = 'ready'`);
  await medium.until(async () => (await readyDomains()) >= seatDomains, 'the seats’ domains', 240);
  const [first] = operatings as [Operating];
  await each(wantedDomains - seatDomains, async () => {
    const authorisationId = await bareAuthorisation(medium, first);
    ok(await medium.operator.post('/operation-domains', { authorisationId }));
  });
  say(`making ${String(seatCount)} seats with workspaces`);
  const seats = await makeSeats(medium, operatings, seatCount);
  say('waiting for their pods');
  await medium.until(
    async () => (await count(medium, `SELECT count(*) AS n FROM seats.workspaces WHERE state = 'applied'`)) >= seatCount,
    'every workspace to stand',
    240,
  );
  say(`letting domains be made (${String(await readyDomains())} of ${String(wantedDomains)} are)`);
  await medium.until(
    async () => performance.now() - began > makingSeconds * 1000 || (await readyDomains()) >= wantedDomains,
    'time to pass',
    makingSeconds + 60,
  );

  return {
    dir,
    seats: seats.map(({ id }) => id),
    async load() {
      const ready = await readyDomains();
      await fillLanes(medium);
      const ringing = setInterval(
        () => void medium.sql('UPDATE domains.reconciliations SET wanted = wanted + 1, retry_at = NULL').catch(() => undefined),
        500,
      );
      closers.unshift(() => clearInterval(ringing));
      return { ready, wanted: wantedDomains };
    },
    async revoke(seatId) {
      const authority = seats.find(({ id }) => id === seatId)?.authority as Caller;
      ok(await authority.post(`/seats/${seatId}/revocations`, { ground: 'not-needed', reason: '测量' }));
    },
    now: async () => Number((await medium.sql<{ ms: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms'))[0]?.ms),
    watchReceipts: (many) => watchReceipts(medium, many),
    requestsAbout: (from, until) => requestsAbout(dirname(plane.auditLogPath), domainIds, from, until),
    cpu: () =>
      cpuTimes(
        new Map([
          [operator.pid, 'operator'],
          [worker.pid, 'worker'],
        ]),
      ),
    async profile(folder) {
      const end = await profile();
      for (const application of [operator, worker]) application.say('profile');
      return async () => {
        operator.say(join(folder, 'operator.cpuprofile'));
        worker.say(join(folder, 'worker.cpuprofile'));
        await end(join(folder, 'api.cpuprofile'));
      };
    },
    passesSince: (from) => count(medium, 'SELECT count(*) AS n FROM domains.reconciliations WHERE at > $1', [from]),
    async close() {
      for (const close of closers) await close();
    },
  };
}

async function each(many: number, make: (position: number) => Promise<void>): Promise<void> {
  let next = 0;
  const maker = async (): Promise<void> => {
    while (next < many) await make(next++);
  };
  await Promise.all(Array.from({ length: width }, maker));
}

const count = async (medium: Medium, sql: string, parameters: unknown[] = []): Promise<number> =>
  Number((await medium.sql<{ n: string }>(sql, parameters))[0]?.n);

interface ApplicationProcess {
  readonly pid: number;
  /** `profile` begins one, and a file's path ends it there. */
  say(line: string): void;
  stop(): Promise<void>;
}

async function applicationProcess(application: 'worker' | 'operator', medium: Medium, dir: string): Promise<ApplicationProcess> {
  const file = join(dir, `${application}.json`);
  await writeFile(file, JSON.stringify(medium.configOf(application)), { mode: 0o600 });
  const names = medium.platform.contexts.map(({ name }) => name).join(',');
  const program = fileURLToPath(new URL('application-process.js', import.meta.url));
  const child = spawn(process.execPath, [program, application, file, names], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    say: (line) => void child.stdin.write(`${line}\n`),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** An authorisation as it stands after its own long way, for domains that are there to be reconciled. */
async function bareAuthorisation(medium: Medium, { unitId, authorityId }: Operating): Promise<string> {
  const made = newId();
  await medium.sql(`DO $$ BEGIN SET LOCAL session_replication_role = replica;
    INSERT INTO authorisations.authorisations (id, version, created_at, unit_id, authority_id, profile_id, state, field, rights, term, files, revision, applicant_id)
    VALUES ('${made}', 1, now(), '${unitId}', '${authorityId}', 'zhejiang', 'in-force', '普惠金融', '["processing-use"]',
      '{"from": "2026-01-01", "until": "2028-12-31"}', '[]', 0, '${newId()}'); END $$`);
  return made;
}

/** What a seat needs of a person besides the verified number, as it was filed for another over the API. */
const fileAs = (medium: Medium, like: string, personId: string): Promise<unknown> =>
  medium.sql(`DO $$ BEGIN SET LOCAL session_replication_role = replica;
    INSERT INTO identity.personnel_records (id, person_id, kind, valid_from, documented_from, valid_until, evidence_digest, withdrawn, details)
    SELECT gen_random_uuid(), '${personId}', kind, valid_from, documented_from, valid_until, evidence_digest, withdrawn, details
    FROM identity.personnel_records WHERE person_id = '${like}' AND kind <> 'real-name'; END $$`);

async function makeSeats(medium: Medium, operatings: readonly Operating[], many: number): Promise<{ id: string; authority: Caller }[]> {
  const seats: { id: string; authority: Caller }[] = [];
  const filed = await medium.person(operatings[0]?.unitId ?? '', ['unit-developer']);
  await filePerson(operatings[0]?.authority as Caller, filed.personId);
  await each(many, async (position) => {
    const { unitId, authority, manager, scenarioId } = operatings[position % operatings.length] as Operating;
    const person = await medium.person(unitId, ['unit-developer']);
    await fileRecord(authority, person.personId, 'real-name', inDays(300));
    await fileAs(medium, filed.personId, person.personId);
    const { id } = ok(
      await manager.post('/seats', { personId: person.personId, scenarioId, clause: '授权协议第四条', endsOn: inDays(60) }),
    );
    ok(await authority.post(`/seats/${id}/grants`, {}));
    ok(await person.post(`/seats/${id}/workspaces`, { image }));
    seats.push({ id, authority });
  });
  return seats;
}

async function watchReceipts(medium: Medium, many: number): Promise<Watched[]> {
  const known = new Set((await medium.sql<{ id: string }>(`SELECT id FROM seats.revocations WHERE state = 'closed'`)).map(({ id }) => id));
  const found: Watched[] = [];
  await medium.until(
    async () => {
      const rows = await medium.sql<{ id: string; committed: Date; tried: Date; looked: string | null; seen: Date }>(
        `SELECT id, created_at AS committed, coalesce(seen_at, closed_at) AS tried, clock_timestamp() AS seen,
           jsonb_path_query_first(receipt, '$.document.paths[*] ? (@.path == "workspace-pods").cuts[0].probe.at') #>> '{}' AS looked
         FROM seats.revocations WHERE state = 'closed' AND id <> ALL($1)`,
        [[...known]],
      );
      for (const { id, committed, tried, looked, seen } of rows) {
        known.add(id);
        const lookedAt = new Date(looked ?? '').getTime();
        found.push({ committedAt: committed.getTime(), triedAt: tried.getTime(), lookedAt, seenAt: seen.getTime() });
      }
      return found.length >= many;
    },
    `${String(many)} receipts`,
    180,
  );
  return found;
}

interface Audited {
  readonly requestReceivedTimestamp: string;
  readonly user?: { readonly username: string };
  readonly objectRef?: { readonly namespace?: string; readonly name?: string };
}
async function requestsAbout(logs: string, domainIds: readonly string[], from: string, until: string): Promise<number> {
  let requests = 0;
  for (const name of await readdir(logs))
    for await (const line of createInterface({ input: createReadStream(join(logs, name)) })) {
      // Cheap first: most lines are of other times.
      if (!line.includes(from.slice(0, 14)) && !line.includes(until.slice(0, 14))) continue;
      const { requestReceivedTimestamp: at, user: by, objectRef } = JSON.parse(line) as Audited;
      if (at < from || at > until) continue;
      if (by?.username !== operatorUser && by?.username.endsWith(':opdomain-prober') !== true) continue;
      const where = objectRef?.namespace ?? objectRef?.name ?? '';
      if (domainIds.some((id) => where.includes(id.slice(-12)))) requests += 1;
    }
  return requests;
}
