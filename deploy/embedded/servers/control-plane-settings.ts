import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import type { Credential } from './certificates.js';

export const serviceRange = '10.96.0.0/16';
export const tlsFloor = '--tls-min-version=VersionTLS12';

/** Who did what to which object, never a body: an audit log must not become a second place where data lies. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
    {
      level: 'None',
      resources: [
        { group: '', resources: ['events'] },
        { group: 'events.k8s.io', resources: ['events'] },
      ],
    },
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*', '/version'] },
    { level: 'None', users: ['system:apiserver'], verbs: ['get', 'list', 'watch'] },
    { level: 'Metadata' },
  ],
};

/** Secrets lie encrypted in etcd (XSalsa20 with Poly1305). There is no `identity` provider: none was ever written in the clear. */
export const newEncryptionConfig = (): string =>
  stringify({
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      { resources: ['secrets'], providers: [{ secretbox: { keys: [{ name: 'first', secret: randomBytes(32).toString('base64') }] } }] },
    ],
  });

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

export const kubeconfig = (server: string, authority: string, user: string, credential: Credential): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'opdomain', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [{ name: user, user: { 'client-certificate-data': base64(credential.certificate), 'client-key-data': base64(credential.key) } }],
    contexts: [{ name: 'opdomain', context: { cluster: 'opdomain', user } }],
    'current-context': 'opdomain',
  });
