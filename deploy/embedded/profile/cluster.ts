import { installation, systemNamespace, user, type Subject } from '#domains';
import { KubeCluster, type Cluster } from '#platform/kube';
import { KubeConfig } from '@kubernetes/client-node';
import { constants, readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePrivate } from '../processes/files.js';
import { ensureControlPlane, startControlPlane } from '../servers/index.js';
import { ToolUnavailableError, type Report } from '../tools/index.js';

export interface EmbeddedCluster {
  /** Credential of the operator, which is not an administrator of the cluster. */
  readonly kubeconfig: string;
  readonly version: string;
  readonly local: boolean;
  stop(): Promise<void>;
}

const operatorName = 'opdomain-operator';

/** What a Helm installation applies once, by an administrator: policies, roles, bindings. */
async function install(cluster: Cluster, operator: Subject): Promise<void> {
  for (const object of installation({ operator })) await cluster.apply(object);
}

const givenKubeconfig = (): string | undefined => {
  const given = process.env['OPDOMAIN_KUBECONFIG'];
  return given === undefined || given === '' ? undefined : resolve(given);
};

/**
 * Sees to it that there will be a cluster, before anything is started: a kubeconfig that can be read, or the programs of our own.
 * @throws NoClusterError with the three ways to one, ToolUnavailableError for a kubeconfig that cannot be read.
 */
export async function ensureCluster(report: Report, signal?: AbortSignal): Promise<void> {
  const given = givenKubeconfig();
  if (given === undefined) {
    await ensureControlPlane(report, signal);
    return;
  }
  await access(given, constants.R_OK).catch(() => {
    throw new ToolUnavailableError('kubeconfig', `OPDOMAIN_KUBECONFIG names ${given}, which cannot be read`);
  });
}

/** The cluster of the embedded profile: the one of `OPDOMAIN_KUBECONFIG` where it is given, else a control plane of our own. */
export async function openCluster(dir: string, report: Report, signal?: AbortSignal): Promise<EmbeddedCluster> {
  const given = givenKubeconfig();
  if (given !== undefined) return useGiven(dir, given);
  const plane = await startControlPlane({ dir: join(dir, 'cluster'), report, signal });
  const admin = await KubeCluster.open({ ...defaults, kubeconfig: plane.kubeconfigPath });
  try {
    await install(admin, user(operatorName));
  } catch (fault) {
    await plane.stop();
    throw fault;
  } finally {
    await admin.close();
  }
  return { kubeconfig: await plane.kubeconfigFor(operatorName), version: plane.version, local: true, stop: () => plane.stop() };
}

const defaults = {
  inCluster: false,
  fieldManager: 'opdomain-install',
  requestsPerSecond: 50,
  burst: 100,
  cutsPerSecond: 100,
  cutsBurst: 400,
  attempts: 5,
} as const;

/** On somebody's cluster the operator gets a service account and a token of eight hours; the given credential installs and is not kept. */
async function useGiven(dir: string, given: string): Promise<EmbeddedCluster> {
  const admin = await KubeCluster.open({ ...defaults, kubeconfig: given });
  try {
    const operator: Subject = { kind: 'ServiceAccount', name: operatorName, namespace: systemNamespace };
    await install(admin, operator);
    await admin.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: operatorName, namespace: systemNamespace } });
    const { token } = await admin.requestToken({ namespace: systemNamespace, name: operatorName }, 8 * 3600);
    const kubeconfig = join(dir, 'operator.kubeconfig');
    await writePrivate(kubeconfig, withToken(given, token));
    const version = await admin.ask({ method: 'GET', path: '/version' });
    const { gitVersion } = (version.body ?? {}) as { gitVersion?: string };
    return { kubeconfig, version: gitVersion ?? 'unknown', local: false, stop: () => Promise.resolve() };
  } finally {
    await admin.close();
  }
}

/** A kubeconfig for the same cluster with a token alone. */
function withToken(given: string, token: string): string {
  const config = new KubeConfig();
  config.loadFromFile(given);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${given} names no current cluster`);
  const ca = cluster.caData ?? (cluster.caFile === undefined ? undefined : readFileSync(cluster.caFile).toString('base64'));
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server: cluster.server, ...(ca === undefined ? {} : { 'certificate-authority-data': ca }) } }],
    users: [{ name: operatorName, user: { token } }],
    contexts: [{ name: 'opdomain', context: { cluster: 'cluster', user: operatorName } }],
    'current-context': 'opdomain',
  });
}
