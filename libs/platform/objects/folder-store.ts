import { createReadStream, type Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { newId, systemClock } from '#kernel';
import type { Clock, Instant } from '#kernel';
import type { CipherStore, CipherVersion } from './cipher-store.js';
import type { ObjectVersion } from './objects.js';
import { refuse } from './refusals.js';

/** No segment of an object's key holds a `~`: so version folders and keys never collide. */
const versionPrefix = 'v~';
/** What is being removed is first moved aside under this ending: nobody can then write into it, publish it, or read half of it. */
const removedSuffix = '.removed';
const aboutSchema = z.strictObject({ key: z.string(), storedAt: z.string(), retainUntil: z.string().optional() });
type About = z.infer<typeof aboutSchema>;

const readAhead = 256 * 1024;
const syncEvery = 64 * 1024 * 1024;

/**
 * Ciphertext in a local folder, for the embedded profile: `objects/<key>/v~<version>/{data,about.json}`. A version appears by one rename of
 * its folder from `uploads/`, after everything in it was synced; what a crash left in `uploads/` is listed as an upload.
 * Retention is kept by this adapter: it stops every caller of it, not whoever owns the folder.
 */
export class FolderStore implements CipherStore {
  private lastMs = 0;
  private readonly objects: string;
  private readonly uploads: string;
  private readonly mark: string;

  private constructor(
    root: string,
    private readonly clock: Clock,
  ) {
    this.objects = join(root, 'objects');
    this.uploads = join(root, 'uploads');
    this.mark = join(root, 'store-id');
  }

  static async open(path: string, clock: Clock = systemClock): Promise<FolderStore> {
    const store = new FolderStore(resolve(path), clock);
    await mkdir(store.objects, { recursive: true, mode: 0o700 });
    await mkdir(store.uploads, { recursive: true, mode: 0o700 });
    if ((await unlessMissing(() => stat(store.mark))) === undefined) await writeSynced(store.mark, [Buffer.from(newId())]);
    return store;
  }

  async write(key: string, ciphertext: AsyncIterable<Uint8Array>, retainUntil: Instant | undefined): Promise<CipherVersion> {
    const version = newId(this.nextMs());
    const upload = join(this.uploads, version);
    await mkdir(upload, { mode: 0o700 });
    try {
      await writeAbout(upload, { key, storedAt: this.clock.now() });
      const size = await writeSynced(join(upload, 'data'), ciphertext);
      const about = { key, storedAt: this.clock.now(), ...(retainUntil === undefined ? {} : { retainUntil }) };
      await writeAbout(upload, about);
      await this.publish(upload, this.folderOf(key, version));
      return this.described(key, version, about.storedAt, size);
    } catch (error) {
      await this.discard(upload, version);
      throw error;
    }
  }

  async find(key: string, version: string | undefined): Promise<CipherVersion | undefined> {
    await this.identity();
    const wanted = version ?? (await this.versionsOf(key)).at(-1);
    if (wanted === undefined || !/^[0-9a-f-]{36}$/.test(wanted)) return undefined;
    const folder = this.folderOf(key, wanted);
    const about = await readAbout(folder);
    if (about === undefined) return undefined;
    const { size } = await stat(join(folder, 'data'));
    return this.described(key, wanted, about.storedAt, size);
  }

  async list(prefix: string): Promise<ObjectVersion[]> {
    await this.identity();
    const found: ObjectVersion[] = [];
    for await (const folder of versionFolders(join(this.objects, ...prefix.split('/')))) {
      const version = folder.slice(folder.lastIndexOf(versionPrefix) + versionPrefix.length);
      found.push(...(await this.entry(folder, version, 'version', relative(this.objects, dirname(folder)).split(sep).join('/'))));
    }
    for (const version of await readable(() => readdir(this.uploads)))
      found.push(...(await this.entry(join(this.uploads, version), version, 'upload')));
    return found;
  }

  async retain(key: string, version: string, until: Instant): Promise<void> {
    const folder = this.folderOf(key, version);
    const about = await readAbout(folder);
    if (about === undefined) throw refuse('objects.absent', { key });
    if (about.retainUntil !== undefined && about.retainUntil > until)
      throw refuse('objects.retention-shortened', { until: about.retainUntil });
    await writeAbout(folder, { ...about, retainUntil: until });
  }

  async remove(versions: readonly ObjectVersion[]): Promise<ObjectVersion[]> {
    const locked: ObjectVersion[] = [];
    for (const version of versions) {
      const folder = version.kind === 'upload' ? join(this.uploads, version.version) : this.folderOf(version.key, version.version);
      const retainUntil = (await readAbout(folder))?.retainUntil;
      if (retainUntil !== undefined && retainUntil > this.clock.now()) {
        locked.push({ ...version, retainUntil });
        continue;
      }
      await this.discard(folder, version.version);
      await this.removeEmptyParents(dirname(folder));
    }
    return locked;
  }

  /** A folder that is not mounted, or was emptied, lacks its mark: it is not a store without objects. */
  async identity(): Promise<string> {
    const id = await readable(() => readFile(this.mark, 'utf8'));
    if (!/^[0-9a-f-]{36}$/.test(id)) throw refuse('objects.unreachable', { answer: 'no mark' });
    return id;
  }

  async health(): Promise<void> {
    const probe = join(this.uploads, `.probe-${newId()}`);
    try {
      await writeSynced(probe, [new Uint8Array(1)]);
      await rm(probe);
    } catch {
      throw refuse('objects.unreachable');
    }
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  private folderOf(key: string, version: string): string {
    return join(this.objects, ...key.split('/'), versionPrefix + version);
  }

  /** Versions sort by the time in their id; two of one millisecond must still sort as they came. */
  private nextMs(): number {
    this.lastMs = Math.max(Date.parse(this.clock.now()), this.lastMs + 1);
    return this.lastMs;
  }

  /** Tries again where a destruction removed the emptied parent folder in between. */
  private async publish(upload: string, folder: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
      try {
        await rename(upload, folder);
        break;
      } catch (error) {
        if (attempt === 5 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    for (let at = dirname(folder); at.startsWith(this.objects); at = dirname(at)) await syncFolder(at);
  }

  /**
   * One rename decides between this and whoever publishes or removes the same folder. The description goes last: what a crash leaves is
   * listed as an upload as long as any of the data is there.
   */
  private async discard(folder: string, version: string): Promise<void> {
    const aside = folder.endsWith(removedSuffix) ? folder : join(this.uploads, version + removedSuffix);
    if (aside !== folder) {
      const moved = await unlessMissing(() => rename(folder, aside).then(() => true));
      if (moved === undefined) return;
    }
    await rm(join(aside, 'data'), { force: true });
    // A file that a writer had opened on its way here may still appear between the reading of the folder and its end.
    await rm(aside, { recursive: true, force: true, maxRetries: 10, retryDelay: 10 });
  }

  private async removeEmptyParents(from: string): Promise<void> {
    for (let at = from; at.startsWith(this.objects + sep); at = dirname(at)) {
      if (
        !(await rmdir(at).then(
          () => true,
          () => false,
        ))
      )
        break;
    }
    await syncFolder(from).catch(() => undefined);
  }

  private async versionsOf(key: string): Promise<string[]> {
    const names = (await entriesOf(join(this.objects, ...key.split('/')))).map(({ name }) => name);
    return names
      .filter((name) => name.startsWith(versionPrefix))
      .map((name) => name.slice(versionPrefix.length))
      .sort();
  }

  private async entry(folder: string, version: string, kind: 'version' | 'upload', key?: string): Promise<ObjectVersion[]> {
    const about = await readAbout(folder);
    if (about === undefined) return [];
    const cipherBytes = (await unlessMissing(() => stat(join(folder, 'data'))))?.size ?? 0;
    const { storedAt, retainUntil } = about;
    return [{ key: key ?? about.key, version, kind, cipherBytes, storedAt, ...(retainUntil === undefined ? {} : { retainUntil }) }];
  }

  private described(key: string, version: string, storedAt: Instant, size: number): CipherVersion {
    const path = join(this.folderOf(key, version), 'data');
    const read = (from: number, to: number): AsyncIterable<Uint8Array> =>
      from >= to
        ? nothing()
        : (createReadStream(path, { start: from, end: to - 1, highWaterMark: readAhead }) as AsyncIterable<Uint8Array>);
    return { version, storedAt, source: { size, read } };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* versionFolders(folder: string): AsyncGenerator<string> {
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(versionPrefix)) yield path;
    else if (entry.isDirectory()) yield* versionFolders(path);
  }
}

/** What the file system refuses is not missing. @throws Refusal `objects.unreachable` with its word for it. */
async function readable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refuse('objects.unreachable', { answer: (error as NodeJS.ErrnoException).code ?? 'unknown' });
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  return readable(() =>
    work().catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }),
  );
}

const entriesOf = async (folder: string): Promise<Dirent[]> => (await unlessMissing(() => readdir(folder, { withFileTypes: true }))) ?? [];

async function readAbout(folder: string): Promise<About | undefined> {
  const text = await unlessMissing(() => readFile(join(folder, 'about.json'), 'utf8'));
  return text === undefined ? undefined : aboutSchema.parse(JSON.parse(text));
}

async function writeAbout(folder: string, about: About): Promise<void> {
  const next = join(folder, 'about.next');
  await writeSynced(next, [Buffer.from(JSON.stringify(about))]);
  await rename(next, join(folder, 'about.json'));
  await syncFolder(folder);
}

async function writeSynced(path: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'w', 0o600);
  let size = 0;
  let unsynced = 0;
  try {
    for await (const chunk of chunks) {
      await file.write(chunk);
      size += chunk.length;
      unsynced += chunk.length;
      // Now and then, so that a big file does not fill memory with unwritten pages.
      if (unsynced > syncEvery) await file.datasync().then(() => (unsynced = 0));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return size;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
