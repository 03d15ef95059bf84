import { join } from 'node:path';
import { keptPort } from '../processes/ports.js';
import { supervise, type RunningServer } from '../processes/supervise.js';
import { placeCredential, type CertificateAuthority } from './certificates.js';
import { serviceRange, tlsFloor } from './control-plane-settings.js';
import { httpsGet } from './https-probe.js';

export async function startControllers(
  dir: string,
  binary: string,
  authority: CertificateAuthority,
  ownKubeconfig: string,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const own = await placeCredential(
    dir,
    'kube-controller-manager',
    await authority.issue({ commonName: 'kube-controller-manager', dns: ['localhost'], ips: ['127.0.0.1'], use: 'server' }),
  );
  const port = await keptPort(dir, 'kube-controller-manager');
  return supervise({
    name: 'kube-controller-manager',
    dir,
    command: binary,
    args: [
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${own.certificate}`,
      `--tls-private-key-file=${own.key}`,
      tlsFloor,
      `--kubeconfig=${ownKubeconfig}`,
      `--authentication-kubeconfig=${ownKubeconfig}`,
      `--authorization-kubeconfig=${ownKubeconfig}`,
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${join(dir, 'secrets', 'service-accounts.key')}`,
      `--root-ca-file=${authority.certificatePath}`,
      `--cluster-signing-cert-file=${authority.certificatePath}`,
      `--cluster-signing-key-file=${authority.keyPath}`,
      `--service-cluster-ip-range=${serviceRange}`,
      '--allocate-node-cidrs=true',
      '--cluster-cidr=10.244.0.0/16',
      // There is one, and the pid file sees to that: a lease would only delay every start by its length.
      '--leader-elect=false',
      '--profiling=false',
    ],
    ready: async () => {
      await httpsGet(`https://127.0.0.1:${port}/healthz`, authority.pem);
    },
    readyWithinSeconds: 60,
    onOrphaned: 'KILL',
    signal,
  });
}
