import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { canonicalJson } from '#kernel';
import { refuse } from './refusals.js';

const contentsSchema = z.object({
  format: z.literal('opdomain-keys/1'),
  /** Counts the writes: an older copy that is put back shows itself. */
  generation: z.number().int().optional(),
  /** By name: the kind and the key itself, encrypted under the master key. */
  live: z.record(z.string(), z.object({ kind: z.enum(['encrypt', 'sign']), createdAt: z.string(), wrapped: z.string() })),
  /** By name: when it was destroyed. */
  destroyed: z.record(z.string(), z.string()),
});
const fileSchema = z.object({ contents: contentsSchema, seal: z.string() });
export type KeyFileContents = z.infer<typeof contentsSchema>;

/**
 * Reads the master key: 64 hexadecimal characters in a file that its owner alone can read.
 * @returns the two keys derived from it (HKDF-SHA-256, RFC 5869): one wraps keys, one seals the file.
 */
export async function readMasterKey(path: string): Promise<{ wrapping: Buffer; sealing: Buffer }> {
  const mode = await stat(path).then(
    (s) => s.mode & 0o777,
    () => undefined,
  );
  if (mode === undefined) throw refuse('keys.master-key-unusable');
  if ((mode & 0o077) !== 0) throw refuse('keys.master-key-exposed', { mode: `0${mode.toString(8)}` });
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw refuse('keys.master-key-unusable');
  const master = Buffer.from(text, 'hex');
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), purpose, 32));
  return { wrapping: derive('opdomain key wrapping'), sealing: derive('opdomain key file seal') };
}

/** Makes a new master key file of mode 0600; fails if there is one already. */
export async function createMasterKeyFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
  await syncAndClose(file);
  await syncFolder(dirname(path));
}

/** The file with the keys. Its seal (HMAC-SHA-256) covers the tombstones too, so that none can be edited away without the master key. */
export class KeyFile {
  private cached: { mark: string; contents: KeyFileContents } | undefined;
  private newest = 0;

  constructor(
    readonly path: string,
    private readonly sealing: Buffer,
  ) {}

  /** Rereads whenever another process has written. @throws Refusal `keys.file-older` for a file older than one that was read before. */
  async read(): Promise<KeyFileContents> {
    const contents = await this.contents();
    const { generation = 0 } = contents;
    if (generation < this.newest) throw refuse('keys.file-older', { generation, newest: this.newest });
    this.newest = generation;
    return contents;
  }

  private async contents(): Promise<KeyFileContents> {
    for (let attempt = 1; ; attempt++) {
      const mark = await this.mark();
      if (mark === undefined) return { format: 'opdomain-keys/1', live: {}, destroyed: {} };
      if (this.cached?.mark === mark) return this.cached.contents;
      const contents = this.opened(await readFile(this.path, 'utf8').catch(() => ''));
      if (contents !== undefined && (await this.mark()) === mark) {
        this.cached = { mark, contents };
        return contents;
      }
      // A writer overwrites the file that it has just replaced; who was reading that one looks again.
      if (attempt === 5) throw refuse('keys.file-damaged');
      await delay(10 * attempt);
    }
  }

  /** Atomic: a reader sees the old or the new file, whole. What it replaces is overwritten, as far as the file system lets one. */
  async write(contents: KeyFileContents, stillHeld: () => Promise<void>): Promise<void> {
    const next = `${this.path}.next`;
    const file = await open(next, 'w', 0o600);
    await file.writeFile(JSON.stringify({ contents, seal: this.sealOf(contents) }));
    await syncAndClose(file);
    const old = await open(this.path, 'r+').catch(() => undefined);
    await stillHeld();
    await rename(next, this.path);
    await syncFolder(dirname(this.path));
    if (old !== undefined) {
      await old.write(randomBytes((await old.stat()).size), 0);
      await syncAndClose(old);
    }
  }

  forget(): void {
    this.cached = undefined;
  }

  private async mark(): Promise<string | undefined> {
    return stat(this.path, { bigint: true }).then(
      (s) => `${s.ino} ${s.mtimeNs} ${s.size}`,
      (error: unknown) => {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return undefined;
        throw refuse('keys.unreachable', { cause: code ?? 'unknown' });
      },
    );
  }

  private opened(text: string): KeyFileContents | undefined {
    const file = fileSchema.safeParse(parsed(text));
    if (!file.success) return undefined;
    const expected = Buffer.from(this.sealOf(file.data.contents));
    const given = Buffer.from(file.data.seal);
    return expected.length === given.length && timingSafeEqual(expected, given) ? file.data.contents : undefined;
  }

  private sealOf(contents: KeyFileContents): string {
    return createHmac('sha256', this.sealing).update(canonicalJson(contents)).digest('hex');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function syncAndClose(file: FileHandle): Promise<void> {
  await file.sync();
  await file.close();
}

async function syncFolder(path: string): Promise<void> {
  await syncAndClose(await open(path, 'r'));
}
