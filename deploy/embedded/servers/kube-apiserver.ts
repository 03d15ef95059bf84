import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { keptSecret, writePrivate } from '../processes/files.js';
import { supervise, type RunningServer } from '../processes/supervise.js';
import { newKeyPem, placeCredential, publicPem, type CertificateAuthority, type Credential } from './certificates.js';
import { auditPolicy, newEncryptionConfig, serviceRange, tlsFloor } from './control-plane-settings.js';
import { httpsGet } from './https-probe.js';

export const auditLog = (dir: string): string => join(dir, 'audit', 'audit.log');

export interface ApiServerNeeds {
  readonly store: CertificateAuthority;
  readonly authority: CertificateAuthority;
  readonly etcdUrl: string;
  readonly server: string;
  readonly admin: Credential;
  readonly signal?: AbortSignal | undefined;
}

export async function startApiServer(dir: string, binary: string, needs: ApiServerNeeds): Promise<RunningServer> {
  const { store, authority, server } = needs;
  const dns = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  const own = await placeCredential(
    dir,
    'kube-apiserver',
    await authority.issue({ commonName: 'kube-apiserver', dns, ips: ['127.0.0.1', '10.96.0.1'], use: 'server' }),
  );
  const toEtcd = await placeCredential(dir, 'kube-apiserver-etcd', await store.issue({ commonName: 'kube-apiserver', use: 'client' }));
  const accounts = await keptSecret(dir, 'service-accounts.key', newKeyPem);
  await keptSecret(dir, 'encryption.yaml', newEncryptionConfig);
  await writePrivate(join(dir, 'pki', 'service-accounts.pub'), publicPem(accounts));
  await writePrivate(join(dir, 'audit-policy.yaml'), stringify(auditPolicy));
  await mkdir(join(dir, 'audit'), { recursive: true, mode: 0o700 });
  return supervise({
    name: 'kube-apiserver',
    dir,
    command: binary,
    args: [
      '--bind-address=127.0.0.1',
      `--secure-port=${new URL(server).port}`,
      `--cert-dir=${join(dir, 'pki')}`,
      `--tls-cert-file=${own.certificate}`,
      `--tls-private-key-file=${own.key}`,
      tlsFloor,
      `--client-ca-file=${authority.certificatePath}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      `--etcd-servers=${needs.etcdUrl}`,
      `--etcd-cafile=${store.certificatePath}`,
      `--etcd-certfile=${toEtcd.certificate}`,
      `--etcd-keyfile=${toEtcd.key}`,
      `--encryption-provider-config=${join(dir, 'secrets', 'encryption.yaml')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${join(dir, 'pki', 'service-accounts.pub')}`,
      `--service-account-signing-key-file=${join(dir, 'secrets', 'service-accounts.key')}`,
      `--service-cluster-ip-range=${serviceRange}`,
      '--kubelet-preferred-address-types=InternalIP',
      // Nothing but this machine reaches the server, so there is no address to publish as the Service "kubernetes".
      '--endpoint-reconciler-type=none',
      `--audit-policy-file=${join(dir, 'audit-policy.yaml')}`,
      `--audit-log-path=${auditLog(dir)}`,
      '--audit-log-maxsize=50',
      '--audit-log-maxbackup=10',
      '--profiling=false',
    ],
    ready: async () => {
      await httpsGet(`${server}/readyz`, authority.pem, needs.admin);
    },
    readyWithinSeconds: 120,
    stopWithinSeconds: 20,
    // Without its etcd it would wait for more than a minute before it ends by itself; it has nothing to save.
    onOrphaned: 'KILL',
    signal: needs.signal,
  });
}
