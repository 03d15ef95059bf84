import { installation, systemNamespace, user, type Subject } from '#domains';
import { KubeCluster, type Cluster } from '#platform/kube';
import { KubeConfig } from '@kubernetes/client-node';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writePrivate } from '../processes/files.js';
import { startControlPlane } from '../servers/index.js';
import type { Report } from '../tools/index.js';

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

/**
 * The cluster of the embedded profile: the one of `OPDOMAIN_KUBECONFIG` where it is given, else a control plane of our own.
 * @throws NoClusterError with the three ways to one.
 */
export async function openCluster(dir: string, report: Report): Promise<EmbeddedCluster> {
  const given = process.env['OPDOMAIN_KUBECONFIG'];
  if (given !== undefined && given !== '') return useGiven(dir, resolve(given));
  const plane = await startControlPlane({ dir: join(dir, 'cluster'), report });
  const admin = KubeCluster.open({ ...defaults, kubeconfig: plane.kubeconfigPath });
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
  requestTimeoutMs: 15_000,
  attempts: 5,
} as const;

/** On somebody's cluster the operator gets a service account and a token of eight hours; the given credential installs and is not kept. */
async function useGiven(dir: string, given: string): Promise<EmbeddedCluster> {
  const admin = KubeCluster.open({ ...defaults, kubeconfig: given });
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
