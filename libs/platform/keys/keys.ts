import { refuse } from './refusals.js';

export const KEYS = Symbol('Keys');

export type KeyKind = 'encrypt' | 'sign';
export type KeyState = 'absent' | 'live' | 'destroyed';

/**
 * The key store. Every key has a name (`scenario/<id>`, `audit/log-1`, `release/manifests`) that is used once: a destroyed name stays
 * destroyed, so that what was shredded under it cannot come to life under a new key of the same name.
 * Key material never leaves the store. Every call may refuse with `keys.unreachable`, `keys.sealed`, `keys.forbidden` or `keys.bad-name`.
 */
export interface Keys {
  /** Makes the key if there is none; idempotent. Refuses `keys.destroyed`, and `keys.wrong-kind` if it exists as the other kind. */
  create(name: string, kind?: KeyKind): Promise<void>;
  /** Encrypts a few bytes (a data key) under the named key. The text is opaque and only this store, under this name, can unwrap it. */
  wrap(name: string, plaintext: Uint8Array): Promise<string>;
  /** Refuses `keys.destroyed`, `keys.absent`, `keys.wrong-kind`, or `keys.unreadable` for a text that this key did not wrap. */
  unwrap(name: string, wrapped: string): Promise<Uint8Array>;
  /** Ed25519 (RFC 8032), 64 bytes. */
  sign(name: string, message: Uint8Array): Promise<Uint8Array>;
  /** The raw 32 bytes of the Ed25519 public key. */
  publicKey(name: string): Promise<Uint8Array>;
  /** `versions` counts the versions that still exist: 0 unless live. */
  state(name: string): Promise<{ state: KeyState; versions: number }>;
  /** Names of the live keys that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Irreversible and idempotent; returns only once a read of the store itself no longer finds the key. Refuses `keys.absent`. */
  destroy(name: string): Promise<void>;
  /** Resolves if the store can be used now, refuses with the reason otherwise. */
  health(): Promise<void>;
  close(): Promise<void>;
}

const segment = '[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?';
const grammar = new RegExp(`^${segment}(?:/${segment})+$`);
/** First segment that transit-keys.ts uses for its tombstones. */
export const reservedSegment = 'destroyed';

/** Two or more lower-case segments joined by `/`, 200 characters at most: the alphabet that every store can hold as it is. */
export function assertKeyName(name: string): void {
  if (name.length > 200 || !grammar.test(name) || name.split('/')[0] === reservedSegment)
    throw refuse('keys.bad-name', { length: name.length });
}
