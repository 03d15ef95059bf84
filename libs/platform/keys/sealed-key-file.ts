import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '#kernel';
import type { Clock } from '#kernel';
import { withFileLock } from './file-lock.js';
import { KeyFile, readMasterKey } from './key-file.js';
import type { KeyFileContents } from './key-file.js';
import { assertKeyName } from './keys.js';
import type { KeyKind, Keys, KeyState } from './keys.js';
import type { KeyMemory } from './remembering-keys.js';
import { refuse } from './refusals.js';

const nonceLength = 12;
const tagLength = 16;
const wrappedPrefix = 'file:v1:';
const storeName = 'file';

/**
 * Keys in one file, each wrapped by AES-256-GCM (NIST SP 800-38D) under a master key that lies elsewhere. For one machine: processes
 * share the file through a lock, and a key that one destroyed is gone for the others at their next call.
 */
export class SealedKeyFile implements Keys {
  private constructor(
    private readonly file: KeyFile,
    private readonly wrapping: Buffer,
    private readonly clock: Clock,
    private readonly memory: KeyMemory | undefined,
  ) {}

  /**
   * @throws Refusal `keys.master-key-exposed`, `keys.master-key-unusable`, `keys.file-damaged`, or `keys.file-older` where the memory has
   * seen a newer file; `acceptGeneration` opens that older one all the same, and makes it the newest.
   */
  static async open(
    at: { path: string; masterKeyFile: string; acceptGeneration?: number | undefined },
    { clock = systemClock, memory }: { clock?: Clock; memory?: KeyMemory | undefined } = {},
  ): Promise<SealedKeyFile> {
    const { wrapping, sealing } = await readMasterKey(at.masterKeyFile);
    await mkdir(dirname(at.path), { recursive: true, mode: 0o700 });
    const file = new KeyFile(at.path, sealing);
    const keys = new SealedKeyFile(file, wrapping, clock, memory);
    const newest = (await memory?.newest(storeName)) ?? 0;
    const { generation = 0 } = await file.read();
    if (generation < newest && at.acceptGeneration !== generation) throw refuse('keys.file-older', { generation, newest });
    if (generation < newest) await keys.change((contents) => ({ ...contents, generation: newest }));
    else await memory?.noteGeneration(storeName, generation);
    return keys;
  }

  async create(name: string, kind: KeyKind = 'encrypt'): Promise<void> {
    assertKeyName(name);
    await this.change((contents) => {
      if (contents.destroyed[name] !== undefined) throw refuse('keys.destroyed', { name });
      const existing = contents.live[name];
      if (existing !== undefined && existing.kind !== kind) throw refuse('keys.wrong-kind', { name });
      if (existing !== undefined) return undefined;
      const secret =
        kind === 'encrypt' ? randomBytes(32) : generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
      const wrapped = seal(this.wrapping, bound(name, kind), secret).toString('base64url');
      secret.fill(0);
      return { ...contents, live: { ...contents.live, [name]: { kind, createdAt: this.clock.now(), wrapped } } };
    });
  }

  async wrap(name: string, plaintext: Uint8Array): Promise<string> {
    const sealed = await this.using(name, 'encrypt', (key) => seal(key, name, plaintext));
    return wrappedPrefix + sealed.toString('base64url');
  }

  async unwrap(name: string, wrapped: string): Promise<Uint8Array> {
    return this.using(name, 'encrypt', (key) => {
      const plaintext = wrapped.startsWith(wrappedPrefix) ? unseal(key, name, wrapped.slice(wrappedPrefix.length)) : undefined;
      if (plaintext === undefined) throw refuse('keys.unreadable', { name });
      return new Uint8Array(plaintext);
    });
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    return this.using(name, 'sign', (key) => new Uint8Array(sign(null, message, privateKey(key))));
  }

  async publicKey(name: string): Promise<Uint8Array> {
    // An Ed25519 SubjectPublicKeyInfo (RFC 8410) ends in the 32 bytes of the key.
    return this.using(
      name,
      'sign',
      (key) => new Uint8Array(createPublicKey(privateKey(key)).export({ format: 'der', type: 'spki' }).subarray(-32)),
    );
  }

  async state(name: string): Promise<{ state: KeyState; versions: number }> {
    assertKeyName(name);
    const contents = await this.file.read();
    if (contents.live[name] !== undefined) return { state: 'live', versions: 1 };
    return { state: contents.destroyed[name] === undefined ? 'absent' : 'destroyed', versions: 0 };
  }

  async list(prefix: string): Promise<string[]> {
    const contents = await this.file.read();
    return Object.keys(contents.live)
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  async destroy(name: string): Promise<void> {
    assertKeyName(name);
    await this.change((contents) => {
      if (contents.destroyed[name] !== undefined) return undefined;
      const { [name]: gone, ...live } = contents.live;
      if (gone === undefined) throw refuse('keys.absent', { name });
      return { ...contents, live, destroyed: { ...contents.destroyed, [name]: this.clock.now() } };
    });
    this.file.forget();
    if ((await this.state(name)).state !== 'destroyed') throw refuse('keys.not-destroyed', { name });
  }

  async health(): Promise<void> {
    await this.file.read();
  }

  async close(): Promise<void> {
    this.file.forget();
    this.wrapping.fill(0);
    await Promise.resolve();
  }

  /** Under the lock, since the file may have changed since it was last read; `undefined` leaves it as it is. */
  private async change(decide: (contents: KeyFileContents) => KeyFileContents | undefined): Promise<void> {
    await withFileLock(`${this.file.path}.lock`, async (stillHeld) => {
      const next = decide(await this.file.read());
      if (next === undefined) return;
      const generation = (next.generation ?? 0) + 1;
      await this.file.write({ ...next, generation }, stillHeld);
      // After the file: a crash between the two leaves a file that is newer than what was noted, which opens.
      await this.memory?.noteGeneration(storeName, generation);
    });
  }

  private async using<T>(name: string, kind: KeyKind, work: (key: Buffer) => T): Promise<T> {
    assertKeyName(name);
    const contents = await this.file.read();
    const record = contents.live[name];
    if (record === undefined) throw refuse(contents.destroyed[name] === undefined ? 'keys.absent' : 'keys.destroyed', { name });
    if (record.kind !== kind) throw refuse('keys.wrong-kind', { name });
    const key = unseal(this.wrapping, bound(name, kind), record.wrapped);
    if (key === undefined) throw refuse('keys.file-damaged', { name });
    try {
      return work(key);
    } finally {
      key.fill(0);
    }
  }
}

/** The name and kind are authenticated with the key: one record cannot stand in for another. */
const bound = (name: string, kind: KeyKind): string => `${kind} ${name}`;

const privateKey = (der: Buffer) => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });

function seal(key: Buffer, context: string, plaintext: Uint8Array): Buffer {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength }).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function unseal(key: Buffer, context: string, sealed: string): Buffer | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < nonceLength + tagLength) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), { authTagLength: tagLength })
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagLength));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceLength, -tagLength)), decipher.final()]);
  } catch {
    return undefined;
  }
}
