import type { Digest, Instant } from '#kernel';
import { refuse } from './refusals.js';

export const OBJECTS = Symbol('Objects');

export interface StoredObject {
  readonly key: string;
  readonly version: string;
  /** Of the plaintext. */
  readonly bytes: number;
  /** Of the plaintext. It stands inside the ciphertext too, and nowhere in the clear. */
  readonly sha256: Digest;
  readonly cipherBytes: number;
  readonly storedAt: Instant;
}

/** Anything that takes room in the store, whoever left it there. */
export interface ObjectVersion {
  readonly key: string;
  /** The version's id, or the upload's. */
  readonly version: string;
  readonly kind: 'version' | 'delete-marker' | 'upload';
  readonly cipherBytes: number;
  readonly storedAt: Instant;
  /** Until then the store itself refuses to delete it. Listings of S3 leave it out, what is left of a destruction names it. */
  readonly retainUntil?: Instant;
}

/**
 * Encrypted files. Each is encrypted under its own data key, which is wrapped by the key `sealedBy` of the key store: destroying that key
 * destroys every file under it. A file is bound to its key (path) here, so that one cannot stand in for another.
 * A prefix is a whole key or a folder: `a/b` means `a/b` and `a/b/…`, never `a/bc`.
 * Every call may refuse with `objects.bad-key`, `objects.unreachable` or `objects.forbidden`, and with what the key store refuses.
 */
export interface Objects {
  /** All or nothing: until the promise resolves nobody sees anything of it. Each put makes a new version. Constant memory. */
  put(key: string, data: AsyncIterable<Uint8Array> | Uint8Array, opts: { sealedBy: string; retainUntil?: Instant }): Promise<StoredObject>;
  /**
   * The plaintext from byte `from` on (default 0), of the newest version unless one is given; only the parts that are needed are read.
   * Refuses `objects.absent`, `objects.swapped`; the iteration refuses `objects.tampered` before any changed byte would be given out.
   */
  get(key: string, opts: { sealedBy: string; version?: string; from?: number }): Promise<AsyncIterable<Uint8Array>>;
  /** Needs the key it was sealed by, since all that is said of the content comes from the ciphertext. */
  stat(key: string, version?: string): Promise<StoredObject | undefined>;
  /** All versions, delete markers and unfinished uploads, by key, oldest first. */
  list(prefix: string): Promise<ObjectVersion[]>;
  /** Makes a retention longer; refuses `objects.retention-shortened`, `objects.absent`. */
  retain(key: string, version: string, until: Instant): Promise<void>;
  /** Removes one version or upload; refuses `objects.locked` with `until`, `objects.absent`. */
  remove(key: string, version: string): Promise<void>;
  /** Removes every version, delete marker and upload under the prefix, then looks again: what is locked or came anew is named. */
  destroy(prefix: string): Promise<{ destroyed: number; remaining: ObjectVersion[] }>;
  /** Which store this is, by the mark it was given when it was made. @throws where the store or its mark cannot be read. */
  identity(): Promise<string>;
  health(): Promise<void>;
  close(): Promise<void>;
}

const segment = '[A-Za-z0-9_=@+-][A-Za-z0-9._=@+-]{0,199}';
const grammar = new RegExp(`^${segment}(?:/${segment})*$`);

/** Segments of ASCII letters, digits and `._=@+-` that do not begin with a dot; 200 characters a segment and 600 in all. */
export function assertObjectKey(key: string): void {
  if (key.length > 600 || !grammar.test(key)) throw refuse('objects.bad-key', { length: key.length });
}

/** The prefix without its closing slash; `''` means the whole store. */
export function prefixOf(text: string): string {
  const prefix = text.endsWith('/') ? text.slice(0, -1) : text;
  if (prefix !== '') assertObjectKey(prefix);
  return prefix;
}

export const isUnder = (prefix: string, key: string): boolean => prefix === '' || key === prefix || key.startsWith(`${prefix}/`);

export const byKeyThenAge = (a: ObjectVersion, b: ObjectVersion): number =>
  compare(a.key, b.key) || compare(a.storedAt, b.storedAt) || compare(a.version, b.version);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
