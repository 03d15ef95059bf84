import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writePrivate } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, type RunningServer } from '../processes/supervise.js';
import { ensureTool, type Report } from '../tools/index.js';
import { CertificateAuthority } from './certificates.js';
import { kubeconfig } from './control-plane-settings.js';
import { startEtcd } from './etcd.js';
import { httpsGet } from './https-probe.js';
import { auditLog, startApiServer } from './kube-apiserver.js';
import { startControllers } from './kube-controller-manager.js';

export interface ControlPlaneOptions {
  /** Everything lies here: data, keys, logs. Kept over a restart. */
  readonly dir: string;
  readonly report?: Report;
  /** false: etcd does not wait for the disk, for clusters that are thrown away. */
  readonly durable?: boolean;
  /** Ends the start. */
  readonly signal?: AbortSignal | undefined;
}

export interface ControlPlane {
  /** Of a member of system:masters; readable by its owner alone. */
  readonly kubeconfigPath: string;
  readonly server: string;
  readonly version: string;
  readonly auditLogPath: string;
  readonly pids: Readonly<Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager', number>>;
  /** Resolves with the name of the first server that is gone, wanted or not. */
  readonly ended: Promise<string>;
  /** A kubeconfig with a client certificate for another user, good for a year. @returns its path. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const names = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

/**
 * The three programs, built where they are not there yet.
 * @throws NoClusterError with the three ways to a cluster.
 */
export async function ensureControlPlane(report: Report, signal?: AbortSignal): Promise<readonly string[]> {
  const binaries: string[] = [];
  // One after the other: two Go builds at once take longer on a small machine and twice the memory.
  for (const name of names) binaries.push(await ensureTool(name, report, signal));
  return binaries;
}

/** etcd, kube-apiserver and kube-controller-manager on 127.0.0.1: a Kubernetes without nodes. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const dir = resolve(options.dir);
  const report = options.report ?? (() => undefined);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { signal } = options;
  const [etcd = '', apiserver = '', controllers = ''] = await ensureControlPlane(report, signal);
  for (const name of [...names].reverse()) await endLeftover(dir, name);

  const started: RunningServer[] = [];
  const stop = async () => {
    for (const server of started.slice().reverse()) await server.stop();
  };
  try {
    // etcd has an authority of its own: whoever holds a certificate of the cluster's must still not reach the store behind it.
    const store = await CertificateAuthority.open(dir, 'etcd-ca');
    const authority = await CertificateAuthority.open(dir, 'cluster-ca');
    const etcdUrl = `https://127.0.0.1:${await keptPort(dir, 'etcd')}`;
    const server = `https://127.0.0.1:${await keptPort(dir, 'kube-apiserver')}`;
    started.push(await startEtcd(dir, etcd, store, etcdUrl, options.durable ?? true, signal));

    const admin = await authority.issue({ commonName: 'local-admin', organisations: ['system:masters'], use: 'client' });
    started.push(await startApiServer(dir, apiserver, { store, authority, etcdUrl, server, admin, signal }));

    const kubeconfigFor = (user: string, groups: readonly string[] = []) => writeKubeconfig(dir, authority, server, user, groups);
    started.push(await startControllers(dir, controllers, authority, await kubeconfigFor('system:kube-controller-manager'), signal));

    const kubeconfigPath = join(dir, 'kubeconfigs', 'admin.kubeconfig');
    await writePrivate(kubeconfigPath, kubeconfig(server, authority.pem, 'local-admin', admin));
    const { gitVersion } = JSON.parse(await httpsGet(`${server}/version`, authority.pem, admin)) as { gitVersion: string };
    const pidOf = (name: string) => started.find((each) => each.name === name)?.pid ?? 0;
    return {
      kubeconfigPath,
      server,
      version: gitVersion,
      auditLogPath: auditLog(dir),
      pids: { etcd: pidOf('etcd'), 'kube-apiserver': pidOf('kube-apiserver'), 'kube-controller-manager': pidOf('kube-controller-manager') },
      ended: Promise.race(started.map((each) => each.exited.then(() => each.name))),
      kubeconfigFor,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeKubeconfig(dir: string, authority: CertificateAuthority, server: string, user: string, groups: readonly string[]) {
  const path = join(dir, 'kubeconfigs', `${encodeURIComponent(user)}.kubeconfig`);
  const credential = await authority.issue({ commonName: user, organisations: groups, use: 'client' });
  await writePrivate(path, kubeconfig(server, authority.pem, user, credential));
  return path;
}
