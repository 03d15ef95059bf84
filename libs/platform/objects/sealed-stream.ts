import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { Decrypter, Encrypter, Stanza } from 'age-encryption';
import type { Identity, Recipient } from 'age-encryption';
import { z } from 'zod';
import { canonicalJson, Refusal } from '#kernel';
import type { Digest } from '#kernel';
import type { Keys } from '#platform/keys';
import type { CipherSource } from './cipher-store.js';
import { refuse } from './refusals.js';

/*
 * The file format is age v1 (C2SP age.md): a header whose stanza holds the file key, then frames of 64 KiB, each with its own
 * ChaCha20-Poly1305 tag, the last one marked. Our stanza is `-> opdomain/keys <key name>` with, as its body, what Keys.wrap made of the
 * file key together with the names it is bound to. The plaintext ends in 32 bytes of its own SHA-256, so that size and digest are known
 * from the ciphertext alone and need no metadata that a store could lose or leak.
 */
const stanzaType = 'opdomain/keys';
const trailerLength = 32;
const frameLength = 64 * 1024;
const tagLength = 16;
const payloadNonceLength = 16;
/** Longer than any header of ours can be. */
const headerLimit = 8 * 1024;

const boundFileKey = z.strictObject({ fileKey: z.base64url(), object: z.string(), sealedBy: z.string() });

/** Names what a file is bound to. */
export interface Binding {
  readonly object: string;
  readonly sealedBy: string;
}

export interface Sealing {
  readonly ciphertext: AsyncIterable<Uint8Array>;
  /** Known once the ciphertext was read to its end. */
  content(): { bytes: number; sha256: Digest };
}

/** Encrypts as it is read; holds one frame. */
export async function sealStream(keys: Keys, binding: Binding, data: AsyncIterable<Uint8Array>): Promise<Sealing> {
  const recipient: Recipient = {
    wrapFileKey: async (fileKey) => {
      const bound = canonicalJson({ ...binding, fileKey: Buffer.from(fileKey).toString('base64url') });
      const wrapped = await keys.wrap(binding.sealedBy, Buffer.from(bound));
      return [new Stanza([stanzaType, binding.sealedBy], Buffer.from(wrapped))];
    },
  };
  const hash = createHash('sha256');
  let bytes = 0;
  let digest: Buffer | undefined;
  async function* withTrailer(): AsyncGenerator<Uint8Array> {
    for await (const chunk of data) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    digest = hash.digest();
    yield digest;
  }
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const ciphertext = await encrypter.encrypt(ReadableStream.from(withTrailer()));
  return {
    ciphertext,
    content: () => {
      if (digest === undefined) throw new Error('the ciphertext was not read to its end');
      return { bytes, sha256: `sha256:${digest.toString('hex')}` };
    },
  };
}

/** A file whose header was authenticated. */
export class SealedFile {
  private constructor(
    private readonly source: CipherSource,
    private readonly payloadStart: number,
    private readonly payloadKey: Uint8Array,
    /** Of the plaintext, by the length of the ciphertext: what was cut off or added shows itself at the last frame. */
    readonly bytes: number,
  ) {}

  /** @throws Refusal `objects.tampered`, `objects.swapped`, or what the key store refuses. `sealedBy` is checked where it is given. */
  static async open(keys: Keys, binding: { object: string; sealedBy?: string | undefined }, source: CipherSource): Promise<SealedFile> {
    const start = await collect(source.read(0, Math.min(headerLimit, source.size)));
    const headerLength = lengthOfHeader(start);
    const payloadStart = headerLength + payloadNonceLength;
    const payloadLength = source.size - payloadStart;
    const frames = Math.ceil(payloadLength / (frameLength + tagLength));
    const bytes = payloadLength - frames * tagLength - trailerLength;
    if (headerLength === 0 || payloadLength <= 0 || bytes < 0) throw refuse('objects.tampered');
    const decrypter = new Decrypter();
    decrypter.addIdentity(identityOf(keys, binding));
    const fileKey = await decrypter.decryptHeader(start.subarray(0, headerLength)).catch((error: unknown) => {
      throw error instanceof Refusal ? error : refuse('objects.tampered');
    });
    const nonce = start.subarray(headerLength, payloadStart);
    const payloadKey = new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
    return new SealedFile(source, payloadStart, payloadKey, bytes);
  }

  /** The plaintext from byte `from` on; reads and decrypts from the frame that holds it. */
  content(from = 0): AsyncGenerator<Uint8Array> {
    return this.plaintext(Math.min(from, this.bytes), this.bytes);
  }

  async digest(): Promise<Digest> {
    const trailer = await collect(this.plaintext(this.bytes, this.bytes + trailerLength));
    return `sha256:${trailer.toString('hex')}`;
  }

  /**
   * The library decrypts a file only as a whole, so the frames are opened here, as C2SP age.md says under "Payload". It reads to the last
   * frame even if `to` lies before it: only that one shows that nothing was cut off.
   */
  private async *plaintext(from: number, to: number): AsyncGenerator<Uint8Array> {
    const last = Math.floor((this.bytes + trailerLength - 1) / frameLength);
    let index = Math.floor(from / frameLength);
    const start = this.payloadStart + index * (frameLength + tagLength);
    for await (const frame of frames(this.source.read(start, this.source.size))) {
      const opened = openFrame(this.payloadKey, index, index === last, frame);
      const at = index * frameLength;
      const wanted = opened.subarray(Math.max(0, from - at), Math.max(0, Math.min(opened.length, to - at)));
      if (wanted.length > 0) yield wanted;
      index += 1;
    }
    if (index !== last + 1) throw refuse('objects.tampered');
  }
}

function identityOf(keys: Keys, binding: { object: string; sealedBy?: string | undefined }): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const stanza = stanzas.length === 1 ? stanzas[0] : undefined;
      const [type, sealedBy, ...more] = stanza?.args ?? [];
      if (stanza === undefined || type !== stanzaType || sealedBy === undefined || more.length > 0) throw refuse('objects.tampered');
      if (binding.sealedBy !== undefined && binding.sealedBy !== sealedBy) throw refuse('objects.swapped');
      const bound = parsedBinding(await unwrapped(keys, sealedBy, Buffer.from(stanza.body).toString()));
      if (bound.object !== binding.object || bound.sealedBy !== sealedBy) throw refuse('objects.swapped');
      return new Uint8Array(Buffer.from(bound.fileKey, 'base64url'));
    },
  };
}

async function unwrapped(keys: Keys, sealedBy: string, wrapped: string): Promise<Uint8Array> {
  return keys.unwrap(sealedBy, wrapped).catch((error: unknown) => {
    const changed = error instanceof Refusal && ['keys.unreadable', 'keys.bad-name', 'keys.wrong-kind'].includes(error.code);
    throw changed ? refuse('objects.tampered') : error;
  });
}

function parsedBinding(bytes: Uint8Array): z.infer<typeof boundFileKey> {
  try {
    return boundFileKey.parse(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    throw refuse('objects.tampered');
  }
}

/** Up to and with the line `--- <MAC>`; 0 if there is none. */
function lengthOfHeader(start: Buffer): number {
  const mac = start.indexOf('\n--- ');
  return mac < 0 ? 0 : start.indexOf('\n', mac + 1) + 1;
}

/** Nonce: eleven bytes of counter, then 1 for the last frame. */
function openFrame(key: Uint8Array, index: number, isLast: boolean, frame: Buffer): Buffer {
  if (frame.length < tagLength) throw refuse('objects.tampered');
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  const decipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagLength }).setAuthTag(frame.subarray(-tagLength));
  try {
    const plaintext = decipher.update(frame.subarray(0, -tagLength));
    decipher.final();
    return plaintext;
  } catch {
    throw refuse('objects.tampered');
  }
}

async function* frames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const length = frameLength + tagLength;
  let held: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of bytes) {
    held.push(chunk);
    count += chunk.length;
    if (count < length) continue;
    const all = Buffer.concat(held);
    let at = 0;
    for (; count - at >= length; at += length) yield all.subarray(at, at + length);
    held = at < count ? [all.subarray(at)] : [];
    count -= at;
  }
  if (count > 0) yield Buffer.concat(held);
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}
