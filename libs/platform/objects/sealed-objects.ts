import type { Instant } from '#kernel';
import type { Keys } from '#platform/keys';
import type { CipherStore, CipherVersion } from './cipher-store.js';
import { assertObjectKey, byKeyThenAge, isUnder, prefixOf } from './objects.js';
import type { Objects, ObjectVersion, StoredObject } from './objects.js';
import { SealedFile, sealStream } from './sealed-stream.js';
import { refuse } from './refusals.js';

/** The port over any place that holds ciphertext: encryption and decryption happen here, once for all of them. */
export class SealedObjects implements Objects {
  constructor(
    private readonly store: CipherStore,
    private readonly keys: Keys,
  ) {}

  async put(
    key: string,
    data: AsyncIterable<Uint8Array> | Uint8Array,
    opts: { sealedBy: string; retainUntil?: Instant },
  ): Promise<StoredObject> {
    assertObjectKey(key);
    const sealing = await sealStream(this.keys, { object: key, sealedBy: opts.sealedBy }, data instanceof Uint8Array ? once(data) : data);
    const stored = await this.store.write(key, sealing.ciphertext, opts.retainUntil);
    return { key, ...described(stored), ...sealing.content() };
  }

  async get(key: string, opts: { sealedBy: string; version?: string; from?: number }): Promise<AsyncIterable<Uint8Array>> {
    assertObjectKey(key);
    const found = await this.store.find(key, opts.version);
    if (found === undefined) throw refuse('objects.absent', { key });
    const file = await SealedFile.open(this.keys, { object: key, sealedBy: opts.sealedBy }, found.source);
    return file.content(opts.from);
  }

  async stat(key: string, version?: string): Promise<StoredObject | undefined> {
    assertObjectKey(key);
    const found = await this.store.find(key, version);
    if (found === undefined) return undefined;
    const file = await SealedFile.open(this.keys, { object: key }, found.source);
    return { key, ...described(found), bytes: file.bytes, sha256: await file.digest() };
  }

  async list(prefix: string): Promise<ObjectVersion[]> {
    const folder = prefixOf(prefix);
    const versions = await this.store.list(folder);
    return versions.filter(({ key }) => isUnder(folder, key)).sort(byKeyThenAge);
  }

  async retain(key: string, version: string, until: Instant): Promise<void> {
    assertObjectKey(key);
    await this.store.retain(key, version, until);
  }

  async remove(key: string, version: string): Promise<void> {
    const wanted = (await this.list(key)).find((found) => found.key === key && found.version === version);
    if (wanted === undefined) throw refuse('objects.absent', { key });
    const [locked] = await this.store.remove([wanted]);
    if (locked !== undefined) throw refuse('objects.locked', { key, until: locked.retainUntil ?? null });
  }

  async destroy(prefix: string): Promise<{ destroyed: number; remaining: ObjectVersion[] }> {
    if (prefixOf(prefix) === '') throw refuse('objects.bad-key', { length: 0 });
    const found = await this.list(prefix);
    const locked = new Map((await this.store.remove(found)).map((version) => [version.version, version]));
    const remaining = (await this.list(prefix)).map((version) => locked.get(version.version) ?? version);
    const still = new Set(remaining.map(({ version }) => version));
    return { destroyed: found.filter(({ version }) => !still.has(version)).length, remaining };
  }

  identity(): Promise<string> {
    return this.store.identity();
  }

  health(): Promise<void> {
    return this.store.health();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

const described = ({ version, storedAt, source }: CipherVersion) => ({ version, storedAt, cipherBytes: source.size });

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
