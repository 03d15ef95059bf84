import { join } from 'node:path';
import { keptPort } from '../processes/ports.js';
import { supervise, type RunningServer } from '../processes/supervise.js';
import { placeCredential, type CertificateAuthority } from './certificates.js';
import { httpsGet } from './https-probe.js';

export async function startEtcd(
  dir: string,
  binary: string,
  store: CertificateAuthority,
  url: string,
  durable: boolean,
  signal?: AbortSignal,
): Promise<RunningServer> {
  const own = await placeCredential(dir, 'etcd', await store.issue({ commonName: 'etcd', ips: ['127.0.0.1'], use: 'peer' }));
  const probe = await store.issue({ commonName: 'probe', use: 'client' });
  const peer = `https://127.0.0.1:${await keptPort(dir, 'etcd-peer')}`;
  return supervise({
    name: 'etcd',
    dir,
    command: binary,
    args: [
      '--name=local',
      `--data-dir=${join(dir, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=local=${peer}`,
      ...['', 'peer-'].flatMap((side) => [
        `--${side}cert-file=${own.certificate}`,
        `--${side}key-file=${own.key}`,
        `--${side}trusted-ca-file=${store.certificatePath}`,
        `--${side}client-cert-auth=true`,
      ]),
      '--log-level=warn',
      ...(durable ? [] : ['--unsafe-no-fsync=true']),
    ],
    ready: async () => {
      await httpsGet(`${url}/health`, store.pem, probe);
    },
    readyWithinSeconds: 60,
    signal,
  });
}
