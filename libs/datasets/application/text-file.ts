import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** Where rows go. */
export interface RowSink {
  add(text: string): Promise<void>;
  flush(): Promise<void>;
}

/** For a trial, which keeps nothing. */
export const nowhere: RowSink = { add: () => Promise.resolve(), flush: () => Promise.resolve() };

const flushAt = 256 * 1024;

/** A text file that is only added to; holds a quarter of a megabyte before it writes. */
export class TextFile implements RowSink, AsyncDisposable {
  private pending: string[] = [];
  private size = 0;
  private written = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<TextFile> {
    return new TextFile(await open(path, 'w'));
  }

  /** Bytes that were written. */
  get bytes(): number {
    return this.written;
  }

  async add(text: string): Promise<void> {
    this.pending.push(text);
    this.size += text.length;
    if (this.size > flushAt) await this.flush();
  }

  async flush(): Promise<void> {
    this.written += (await this.file.write(this.pending.join(''))).bytesWritten;
    this.pending = [];
    this.size = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close();
  }
}
