import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  unlinkSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refuse } from './refusals.js';

/** linux/magic.h: TMPFS_MAGIC and RAMFS_MAGIC. */
export const memoryFilesystems: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/**
 * The files of one run. Plaintext of raw data may stand here and nowhere else on a filesystem.
 *
 * They have no name in any folder: each is unlinked before its first byte is written and is reached by its descriptor alone, so the kernel
 * frees it when the last process that holds it ends, however that ended. The engine's process inherits the descriptors of its job.
 */
export interface Scratch extends AsyncDisposable {
  /** 0700, without plaintext: where the files are made, and where a process without walls puts its encrypted spill. */
  readonly folder: string;
  readonly onDisk: boolean;
  readonly maxBytes: number;
  /** The path by which this process, and no other, opens a file of this scratch; makes it, empty. `name` is a plain file name. */
  file(name: string): string;
  /** The descriptor of that file, for the engine's process to inherit. It stays the scratch's: nobody else closes it. */
  descriptor(name: string): number;
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

/** Whether the kernel opens a file anew by its descriptor. Where it does not (a computer without /proc), files keep their names. */
export const nameless = existsSync('/proc/self/fd');
/** The path by which a process opens the file of one of its own descriptors. */
export const pathOf = (descriptor: number, named: string): string => (nameless ? `/proc/self/fd/${String(descriptor)}` : named);

/** Opened anew, so that a reader that comes late never reads another file's descriptor. */
async function* contentOf(path: string): AsyncGenerator<Uint8Array> {
  yield* (await open(path)).createReadStream({ highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
}

/** When a process that runs started, in clock ticks since boot (proc(5), stat field 22): a pid alone is reused. Empty where there is no /proc. */
function startOf(pid: number | 'self'): string {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? '' : (rest[18] ?? ''); // one that ended and was not waited for yet holds nothing
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
    const files = new Map<string, number>();
    const dispose = (): void => {
      for (const descriptor of files.values()) closeSync(descriptor);
      files.clear();
      rmSync(folder, { recursive: true, force: true });
    };
    const make = (name: string): number => {
      if (name !== basename(name) || !isFileName(name)) throw refuse('engine.job-invalid', { reason: 'file-name' });
      const path = join(folder, name);
      const descriptor = openSync(path, 'wx+', 0o600);
      if (nameless) unlinkSync(path);
      files.set(name, descriptor);
      return descriptor;
    };
    const descriptor = (name: string): number => files.get(name) ?? make(name);
    const file = (name: string): string => pathOf(descriptor(name), join(folder, name));
    return {
      folder,
      onDisk: this.onDisk,
      maxBytes,
      file,
      descriptor,
      write: async (name, data) => {
        const out = (await open(file(name), 'w')).createWriteStream();
        await pipeline(data, out);
        return out.bytesWritten;
      },
      read: (name) => contentOf(file(name)),
      bytes: () => [...files.values()].reduce((sum, one) => sum + fstatSync(one).size, 0),
      handOver: () => {
        if (owner !== undefined) for (const one of files.values()) fchownSync(one, owner, owner);
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
