import { systemClock, type AuditActions, type Clock, type ContextDeclaration, type RefusalCatalogue } from '#kernel';
import { createDataSource, databaseRefusals, EpochReader, JournalSealer, UnitOfWork } from '#platform/database';
import { readInstallation } from '#platform/documents';
import { SandboxEngine, ScratchArea, engineRefusals, type Engine } from '#platform/engine';
import { httpRefusals, verifierFor, type TokenVerifier } from '#platform/http';
import { keysFromConfig, refusals as keysRefusals, type Keys } from '#platform/keys';
import { KubeCluster, refusals as kubeRefusals, type Cluster } from '#platform/kube';
import { objectsFromConfig, refusals as objectsRefusals, type Objects } from '#platform/objects';
import { openBell, queueRefusals, type Bell } from '#platform/queue';
import { createLogger, type Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import type { OpdomainConfig } from './config.js';

/** Everything a process of ours stands on, opened once. */
export interface Platform {
  readonly config: OpdomainConfig;
  readonly contexts: readonly ContextDeclaration[];
  readonly dataSource: DataSource;
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
  readonly clock: Clock;
  readonly log: Logger;
  readonly actions: ReadonlySet<string>;
  readonly refusals: RefusalCatalogue;
  close(): Promise<void>;
}

/** Actions that the platform itself records. */
const platformActions: AuditActions = {
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

export const refusalsOf = (contexts: readonly ContextDeclaration[]): RefusalCatalogue =>
  mergeOnce(
    [
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

/** Opens every port of the configuration. What was opened is closed again when a later one cannot be. */
export async function openPlatform(config: OpdomainConfig, contexts: readonly ContextDeclaration[], component: string): Promise<Platform> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
  };
  try {
    const log = createLogger(component, config.telemetry.logLevel);
    const clock = systemClock;
    const keys = await keysFromConfig(config.keys);
    closers.push(() => keys.close());
    const dataSource = await createDataSource(config.database, contexts, component).initialize();
    closers.push(() => dataSource.destroy());
    const sealer = await JournalSealer.open(dataSource, keys);
    const objects = await objectsFromConfig(config.objects, keys);
    closers.push(() => objects.close());
    const cluster = KubeCluster.open(config.cluster);
    closers.push(() => cluster.close());
    const bell = await openBell(config.queue);
    closers.push(() => bell.close());
    const { scratchRoot, allowDiskScratch, ...limits } = config.engine;
    const actions = new Set(Object.keys(actionsOf(contexts)));
    return {
      config,
      contexts,
      dataSource,
      installation: await readInstallation(dataSource),
      unitOfWork: new UnitOfWork(dataSource, sealer, clock, actions),
      epochs: new EpochReader(dataSource),
      sealer,
      keys,
      objects,
      cluster,
      engine: new SandboxEngine(limits),
      scratch: new ScratchArea({ root: scratchRoot, allowDiskScratch }),
      bell,
      verifier: verifierFor(config.oidc),
      clock,
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
