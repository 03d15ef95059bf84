import 'reflect-metadata';
import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { keptSecret, readIfThere, writePrivate } from '../processes/files.js';

/** Both PEM; the key PKCS #8. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads them as groups. */
  readonly organisations?: readonly string[];
  readonly dns?: readonly string[];
  readonly ips?: readonly string[];
  readonly use: 'server' | 'client' | 'peer';
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;
const day = 24 * 3_600_000;
/** Clocks of one machine agree, but a certificate is also read by who rounds to the minute. */
const allowance = 5 * 60_000;
const usages = {
  server: [x509.ExtendedKeyUsage.serverAuth],
  client: [x509.ExtendedKeyUsage.clientAuth],
  peer: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
} as const;

export const newKeyPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

export const publicPem = (keyPem: string): string => createPublicKey(keyPem).export({ type: 'spki', format: 'pem' }).toString();

const keyPairOf = (keyPem: string): webcrypto.CryptoKeyPair => ({
  privateKey: createPrivateKey(keyPem).toCryptoKey(curve, true, ['sign']),
  publicKey: createPublicKey(keyPem).toCryptoKey(curve, true, ['verify']),
});

/** A certificate authority that lives in a folder: `secrets/<name>.key` and `pki/<name>.crt`. */
export class CertificateAuthority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly certificate: x509.X509Certificate,
    readonly certificatePath: string,
    readonly keyPath: string,
  ) {}

  /** The one of an earlier start, or a new one that is good for ten years. */
  static async open(dir: string, name: string): Promise<CertificateAuthority> {
    const keys = keyPairOf(await keptSecret(dir, `${name}.key`, newKeyPem));
    const path = join(dir, 'pki', `${name}.crt`);
    const known = await readIfThere(path);
    const certificate =
      known === undefined
        ? await x509.X509CertificateGenerator.createSelfSigned({
            name: [{ CN: [name] }],
            keys,
            signingAlgorithm: signing,
            notBefore: new Date(Date.now() - allowance),
            notAfter: new Date(Date.now() + 3_650 * day),
            extensions: [
              new x509.BasicConstraintsExtension(true, undefined, true),
              new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
              await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            ],
          })
        : new x509.X509Certificate(known);
    if (known === undefined) await writePrivate(path, certificate.toString('pem'));
    return new CertificateAuthority(keys, certificate, path, join(dir, 'secrets', `${name}.key`));
  }

  get pem(): string {
    return this.certificate.toString('pem');
  }

  /** Good for a year: servers get a new one at every start. */
  async issue(subject: Subject): Promise<Credential> {
    const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
    const names = [
      ...(subject.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
      ...(subject.ips ?? []).map((value) => ({ type: 'ip' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create({
      subject: [...(subject.organisations ?? []).map((value) => ({ O: [value] })), { CN: [subject.commonName] }],
      issuer: this.certificate.subjectName.toJSON(),
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: signing,
      notBefore: new Date(Date.now() - allowance),
      notAfter: new Date(Date.now() + 365 * day),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([...usages[subject.use]]),
        await x509.AuthorityKeyIdentifierExtension.create(this.keys.publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    return {
      certificate: certificate.toString('pem'),
      key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }
}

/** Puts a credential where a server is told to find it: `pki/<name>.crt` and `secrets/<name>.key`. */
export async function placeCredential(
  dir: string,
  name: string,
  credential: Credential,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const paths = { certificate: join(dir, 'pki', `${name}.crt`), key: join(dir, 'secrets', `${name}.key`) };
  await writePrivate(paths.certificate, credential.certificate);
  await writePrivate(paths.key, credential.key);
  return paths;
}
