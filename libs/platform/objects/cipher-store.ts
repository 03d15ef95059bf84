import type { Instant } from '#kernel';
import type { ObjectVersion } from './objects.js';

/** Bytes at rest that can be read from anywhere; `to` is exclusive. */
export interface CipherSource {
  readonly size: number;
  read(from: number, to: number): AsyncIterable<Uint8Array>;
}

export interface CipherVersion {
  readonly version: string;
  readonly storedAt: Instant;
  readonly source: CipherSource;
}

/** Where ciphertext lies. It sees no plaintext and no key; keys and prefixes it is given have been checked. */
export interface CipherStore {
  write(key: string, ciphertext: AsyncIterable<Uint8Array>, retainUntil: Instant | undefined): Promise<CipherVersion>;
  /** The newest version unless one is given. */
  find(key: string, version: string | undefined): Promise<CipherVersion | undefined>;
  list(prefix: string): Promise<ObjectVersion[]>;
  retain(key: string, version: string, until: Instant): Promise<void>;
  /** Removes what is not locked; gives back what is, with `retainUntil`. What is gone already counts as removed. */
  remove(versions: readonly ObjectVersion[]): Promise<ObjectVersion[]>;
  /** The mark that the store was given when it was made. @throws where it cannot be read: then nothing the store lacks is known to be gone. */
  identity(): Promise<string>;
  health(): Promise<void>;
  close(): Promise<void>;
}
