import { randomBytes } from 'node:crypto';
import { chmodSync, constants, lchownSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refuse } from './refusals.js';

/** linux/magic.h: TMPFS_MAGIC and RAMFS_MAGIC. */
const memoryFilesystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** A run's own folder, 0700, gone when the run is. Plaintext of raw data may stand here and nowhere else on a filesystem. */
export interface Scratch extends AsyncDisposable {
  readonly folder: string;
  readonly onDisk: boolean;
  readonly maxBytes: number;
  /** The path of a file of this scratch; `name` is a plain file name. */
  file(name: string): string;
  /** Fills a file of this scratch from a stream. @returns its bytes */
  write(name: string, data: AsyncIterable<Uint8Array>): Promise<number>;
  /** Streams a file of this scratch. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Bytes that its files hold now. */
  bytes(): number;
  /** Before the engine's process starts: its files belong to the user that the process is. */
  handOver(): void;
  /** Removes everything; may be called twice. */
  dispose(): void;
}

export interface ScratchOptions {
  readonly root: string;
  /** Only where there is no memory filesystem (a developer's own computer): plaintext may then reach a disk. */
  readonly allowDiskScratch: boolean;
  /** User and group of the engine's processes, where they are not ours. */
  readonly owner?: number | undefined;
}

// A run may leave a link or a pipe where a file was agreed: it is followed nowhere, and waited for by nobody.
const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;
const reading = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const writing = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;

/** @throws Refusal `engine.process-lost` for anything but a regular file */
async function* regularFile(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, reading);
  if ((await handle.stat()).isFile()) yield* handle.createReadStream({ highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
  else {
    await handle.close();
    throw refuse('engine.process-lost');
  }
}

/** When a process started, in clock ticks since boot (proc(5), stat field 22): a pid alone is reused. Empty where there is no /proc. */
function startOf(pid: number | 'self'): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function lives(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return start === startOf(pid);
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

/** Gives each run its folder below one root, which must be ours alone and in memory. */
export class ScratchArea {
  private readonly onDisk: boolean;

  /**
   * Opens the area and removes what killed processes left in it.
   * @throws Refusal `engine.scratch-not-in-memory`, `engine.scratch-not-private`
   */
  constructor(private readonly options: ScratchOptions) {
    mkdirSync(options.root, { recursive: true, mode: 0o700 });
    const found = lstatSync(options.root);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) throw refuse('engine.scratch-not-private', { folder: options.root });
    if ((found.mode & 0o077) !== 0) chmodSync(options.root, 0o700);
    this.onDisk = !memoryFilesystems.has(statfsSync(options.root).type);
    if (this.onDisk && !options.allowDiskScratch) throw refuse('engine.scratch-not-in-memory', { folder: options.root });
    this.sweep();
  }

  /** Removes the folders of processes that are no more. */
  sweep(): number {
    const left = readdirSync(this.options.root).filter((name) => {
      const [, pid, start] = /^run-(\d+)-(\d*)-[0-9a-f]+$/.exec(name) ?? [];
      return pid !== undefined && !lives(Number(pid), start ?? '');
    });
    for (const name of left) rmSync(join(this.options.root, name), { recursive: true, force: true });
    return left.length;
  }

  /**
   * @param maxBytes what the run may hold here, inputs, spill and outputs together
   * @throws Refusal `engine.scratch-full` when the filesystem has less than that free
   */
  allocate(maxBytes: number): Scratch {
    const free = statfsSync(this.options.root);
    if (free.bavail * free.bsize < maxBytes)
      throw refuse('engine.scratch-full', { neededBytes: maxBytes, freeBytes: free.bavail * free.bsize });
    const folder = join(this.options.root, `run-${String(process.pid)}-${startOf('self')}-${randomBytes(8).toString('hex')}`);
    mkdirSync(folder, { mode: 0o700 });
    mkdirSync(join(folder, 'spill'), { mode: 0o700 });
    const { owner } = this.options;
    const dispose = (): void => {
      rmSync(folder, { recursive: true, force: true });
    };
    const file = (name: string): string => {
      if (name !== basename(name) || !isFileName(name)) throw refuse('engine.job-invalid', { reason: 'file-name' });
      return join(folder, name);
    };
    return {
      folder,
      onDisk: this.onDisk,
      maxBytes,
      file,
      write: async (name, data) => {
        const out = (await open(file(name), writing, 0o600)).createWriteStream();
        await pipeline(data, out);
        return out.bytesWritten;
      },
      read: (name) => regularFile(file(name)),
      bytes: () => sizeOf(folder),
      handOver: () => {
        if (owner === undefined) return;
        const inside = readdirSync(folder, { withFileTypes: true, recursive: true }).map((entry) => join(entry.parentPath, entry.name));
        for (const path of [folder, ...inside]) lchownSync(path, owner, owner);
      },
      dispose,
      [Symbol.asyncDispose]: () => {
        dispose();
        return Promise.resolve();
      },
    };
  }
}

export const isFileName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,120}$/.test(name) && name !== 'spill';
