import { KubeConfig } from '@kubernetes/client-node';
import { writeFile } from 'node:fs/promises';

/** By which a proxy knows an HTTPS server, and the server us; PEM. */
export interface Identity {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The cluster of a kubeconfig and its user's client certificate, for a proxy that asks in that user's place. */
export function identityIn(kubeconfig: string): { readonly server: string; readonly identity: Identity } {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  const pem = (data: string | undefined): Buffer => Buffer.from(data ?? '', 'base64');
  return { server: cluster?.server ?? '', identity: { ca: pem(cluster?.caData), cert: pem(user?.certData), key: pem(user?.keyData) } };
}

/** Writes a kubeconfig for whoever asks through such a proxy, and has no credential of his own. */
export async function writeProxiedKubeconfig(path: string, server: string): Promise<void> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxied', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'proxied', context: { cluster: 'proxied', user: 'nobody' } }],
    'current-context': 'proxied',
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
}
