import { createHash, createPublicKey, verify } from 'node:crypto';
import { refuse } from './kernel-refusals.js';

/** Signature type bytes of C2SP signed notes; `other` is followed by a longer identifier inside the key material. */
export const signatureTypes = { ed25519: 0x01, cosignature: 0x04, other: 0xff } as const;

/** A public key with its name, as C2SP "vkey" text: `<name>+<key id, 8 hex>+<base64(type byte || key material)>`. */
export interface VerifierKey {
  readonly name: string;
  /** First four bytes (big-endian) of SHA-256(name || "\n" || type || material): names a key, proves nothing. */
  readonly id: number;
  readonly type: number;
  /** The public key: 32 bytes for Ed25519 (RFC 8032). */
  readonly material: Uint8Array;
}

/** Key names hold neither Unicode spaces nor `+` (C2SP signed-note). */
export const isKeyName = (name: string): boolean => name.length > 0 && name.isWellFormed() && !/[\s+\p{Cc}]/u.test(name);

/** @throws Refusal `key.malformed` when the name cannot stand in a note or the material does not fit the type. */
export function verifierKey(name: string, type: number, material: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw refuse('key.malformed', { part: 'name' });
  const ed25519 = type === signatureTypes.ed25519 || type === signatureTypes.cosignature;
  if (ed25519 && material.length !== 32) throw refuse('key.malformed', { part: 'length' });
  const hash = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(type)).update(material).digest();
  return { name, id: hash.readUInt32BE(0), type, material };
}

export const formatKeyId = (id: number): string => id.toString(16).padStart(8, '0');

export const formatVerifierKey = (key: VerifierKey): string =>
  `${key.name}+${formatKeyId(key.id)}+${Buffer.concat([Uint8Array.of(key.type), key.material]).toString('base64')}`;

/** @throws Refusal `key.malformed` naming the part that is wrong, also when the stated id is not the key's own. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) throw refuse('key.malformed', { part: 'form' });
  const bytes = decodeBase64(encoded);
  const type = bytes?.[0];
  if (bytes === undefined || type === undefined) throw refuse('key.malformed', { part: 'base64' });
  const key = verifierKey(name, type, bytes.subarray(1));
  if (formatKeyId(key.id) !== id) throw refuse('key.malformed', { part: 'id' });
  return key;
}

/** A key file: one key a line; empty lines and lines that begin with `#` are skipped. */
export const parseVerifierKeys = (file: string): VerifierKey[] =>
  file
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseVerifierKey);

const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');
/** Whether an Ed25519 signature (RFC 8032) over the message is the key's. */
export function verifyEd25519(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([spkiHead, key.material]), format: 'der', type: 'spki' });
  return verify(null, message, publicKey, signature);
}

/** Standard base64 with padding (RFC 4648 §4), in its one canonical spelling; anything else is undefined. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
