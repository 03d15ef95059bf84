import {
  kernelRefusals,
  type Application,
  type AuditActions,
  type Clock,
  type ContextDeclaration,
  type EndingRules,
  type RefusalCatalogue,
} from '#kernel';
import {
  assertConfined,
  assertMigrated,
  createDataSource,
  DatabaseClock,
  databaseRefusals,
  EpochReader,
  JournalSealer,
  KeyLedger,
  platformUniques,
  UnitOfWork,
  uniquesIn,
  type HostClock,
  type Uniques,
} from '#platform/database';
import { readInstallation } from '#platform/documents';
import { SandboxEngine, ScratchArea, engineRefusals, notIsolatedBecause, type Engine } from '#platform/engine';
import { httpRefusals, IssuerKeys, issuerTime, verifierFor, type TokenVerifier } from '#platform/http';
import { ensureControlKey, keysUnreachable, refusals as keysRefusals, rememberingKeys, type Keys } from '#platform/keys';
import { KubeCluster, refusals as kubeRefusals, type Cluster } from '#platform/kube';
import { objectsFromConfig, objectsUnreachable, refusals as objectsRefusals, type Objects } from '#platform/objects';
import { openBell, queueRefusals, type Bell } from '#platform/queue';
import { createLogger, type Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import type { OpdomainConfig } from './config.js';
import { hurried } from './hurried.js';
import { closedPort, portsOf, type Port } from './ports.js';

/** Everything a process of ours stands on, opened once. What its declaration (`portsOf`) leaves out is closed: using it is an error. */
export interface Platform {
  readonly application: Application;
  readonly config: OpdomainConfig;
  readonly contexts: readonly ContextDeclaration[];
  readonly dataSource: DataSource;
  /** Every pool of connections to the database that this process has. */
  readonly pools: readonly DataSource[];
  /** Its name among all installations. */
  readonly installation: string;
  readonly unitOfWork: UnitOfWork;
  readonly epochs: EpochReader;
  readonly sealer: JournalSealer;
  readonly keys: Keys;
  readonly objects: Objects;
  readonly cluster: Cluster;
  readonly engine: Engine;
  readonly scratch: ScratchArea;
  readonly bell: Bell;
  readonly verifier: TokenVerifier;
  /** The database's, as this process follows it. */
  readonly clock: Clock;
  readonly databaseClock: DatabaseClock;
  readonly log: Logger;
  readonly actions: ReadonlySet<string>;
  readonly refusals: RefusalCatalogue;
  close(): Promise<void>;
}

/** Actions that the platform itself records. */
const platformActions: AuditActions = {
  'request.refused': { object: 'request', zh: '拒绝未知来源的请求', en: 'request of a stranger refused' },
  'platform.event-consumed': { object: 'event', zh: '处理事件', en: 'event consumed' },
};

/** Merges the contexts' catalogues. @throws Error when two contexts use one name. */
function mergeOnce<T>(parts: readonly Readonly<Record<string, T>>[], what: string): Record<string, T> {
  const merged: Record<string, T> = {};
  for (const part of parts)
    for (const [name, value] of Object.entries(part)) {
      if (name in merged && merged[name] !== value) throw new Error(`two contexts declare the ${what} ${name}`);
      merged[name] = value;
    }
  return merged;
}

export const actionsOf = (contexts: readonly ContextDeclaration[]): AuditActions =>
  mergeOnce([platformActions, ...contexts.map((context) => context.auditActions)], 'audit action');

export const belongingsOf = (contexts: readonly ContextDeclaration[]): EndingRules['belongs'] =>
  mergeOnce(
    contexts.map((context) => context.endings.belongs),
    'kind',
  );
export const undersOf = (contexts: readonly ContextDeclaration[]): EndingRules['acts'] =>
  mergeOnce(
    contexts.map((context) => context.endings.acts),
    'act',
  );

export const refusalsOf = (contexts: readonly ContextDeclaration[]): RefusalCatalogue =>
  mergeOnce(
    [
      kernelRefusals,
      databaseRefusals,
      httpRefusals,
      queueRefusals,
      keysRefusals,
      objectsRefusals,
      kubeRefusals,
      engineRefusals,
      ...contexts.map((context) => context.refusals),
    ],
    'refusal',
  );

export const uniquesOf = (contexts: readonly ContextDeclaration[]): Uniques =>
  mergeOnce([platformUniques, ...contexts.map(({ refusals, uniques }) => uniquesIn(refusals, uniques ?? {}))], 'unique constraint');

/**
 * Opens the ports that the process declares, on the clocks of this host or on others. What was opened is closed again when a later one cannot be.
 * @throws Refusal `database.role-too-strong` when it would connect as more than a role that lives by its grants,
 * `database.not-migrated` for a database that is older than the program.
 */
export async function openPlatform(
  config: OpdomainConfig,
  contexts: readonly ContextDeclaration[],
  application: Application,
  host?: HostClock,
): Promise<Platform> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
  };
  const open = async <T extends object & { close?(): Promise<unknown> }>(port: Port, opening: () => T | Promise<T>): Promise<T> => {
    if (!portsOf[application].includes(port)) return closedPort<T>(port, application);
    const opened = await opening();
    if (opened.close !== undefined) closers.push(() => opened.close?.() ?? Promise.resolve());
    return opened;
  };
  try {
    const component = `opdomain-${application}`;
    const { limits } = config;
    const log = createLogger(component, config.telemetry.logLevel);
    const dataSource = await createDataSource({ ...config.database, limits: limits.database }, contexts, component).initialize();
    closers.push(() => dataSource.destroy());
    const pools = [dataSource];
    const [self] = await dataSource.query<[{ role: string }]>('SELECT current_user AS role');
    await assertConfined(dataSource, self.role);
    await assertMigrated(dataSource);
    const issuer = (steadyMs: () => number, signal: AbortSignal) => issuerTime(config.oidc, limits.issuer.requestMs, steadyMs, signal);
    const clock = await DatabaseClock.open({ dataSource, config: config.clock, log, issuer, host });
    closers.push(() => {
      clock.close();
      return Promise.resolve();
    });
    const keysPort = await open('keys', async () => {
      // Connections of its own: keys are used inside transactions, which may not wait for one another.
      const ledger = await createDataSource(
        { ...config.database, poolSize: 2, limits: limits.database },
        [],
        `${component}-keys`,
      ).initialize();
      closers.push(() => ledger.destroy());
      pools.push(ledger);
      return rememberingKeys(config.keys, new KeyLedger(ledger), limits.keys);
    });
    const keys = hurried(keysPort, limits.keys.placeMs, keysUnreachable);
    const sealer = portsOf[application].includes('keys') ? await JournalSealer.open(dataSource, keys) : JournalSealer.without();
    if (portsOf[application].includes('keys')) await ensureControlKey(keys);
    const { scratchRoot, allowDiskScratch, ...engineSettings } = config.engine;
    const engine = await open('engine', () => SandboxEngine.open({ ...engineSettings, wallClockMs: limits.engine.runMs }));
    if (portsOf[application].includes('engine')) sayIsolation(engine, log);
    const actions = new Set(Object.keys(actionsOf(contexts)));
    return {
      application,
      config,
      contexts,
      dataSource,
      pools,
      installation: await readInstallation(dataSource),
      unitOfWork: new UnitOfWork(dataSource, sealer, clock, actions, uniquesOf(contexts), belongingsOf(contexts)),
      epochs: new EpochReader(dataSource),
      sealer,
      keys,
      objects: hurried(
        await open('objects', () => objectsFromConfig(config.objects, keys, limits.objects, clock)),
        limits.objects.placeMs,
        objectsUnreachable,
      ),
      cluster: await open('cluster', () => KubeCluster.open(config.cluster, limits.cluster)),
      engine,
      scratch: await open('engine', () => new ScratchArea({ root: scratchRoot, allowDiskScratch, owner: engine.scratchOwner })),
      bell: await open('queue', () => openBell(config.queue, limits)),
      verifier: await open('oidc', () => verifierFor(config.oidc, new IssuerKeys(config.oidc, undefined, limits.issuer))),
      clock,
      databaseClock: clock,
      log,
      actions,
      refusals: refusalsOf(contexts),
      close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

function sayIsolation({ isolation }: SandboxEngine, log: Logger): void {
  if (isolation.state === 'shown') log.info('engine.isolated', { by: isolation.by });
  else log.warn('engine.not-isolated', { reason: notIsolatedBecause(isolation) });
}
