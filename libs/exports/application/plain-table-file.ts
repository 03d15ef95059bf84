import { closeSync, openSync, writeSync } from 'node:fs';
import type { TableReader } from '../domain/table-reader.js';

const flushAt = 1024 * 1024;

/**
 * Writes the rows of a table as the engine reads them: UTF-8, comma, every cell quoted, no line break inside a cell.
 * It writes into the run's scratch, which is memory, so writing waits for nothing.
 */
export class PlainTableFile implements TableReader {
  readonly #handle: number;
  #pieces: string[] = [];
  #size = 0;
  rows = 0;
  names: readonly string[] = [];

  constructor(path: string) {
    this.#handle = openSync(path, 'w');
  }

  columns(names: readonly string[]): void {
    this.names = names;
  }

  row(cells: readonly string[]): void {
    const line = `${cells.map((cell) => `"${cell.replace(/[\r\n]+/g, ' ').replaceAll('"', '""')}"`).join(',')}\n`;
    this.rows += 1;
    this.#pieces.push(line);
    this.#size += line.length;
    if (this.#size >= flushAt) this.#flush();
  }

  #flush(): void {
    writeSync(this.#handle, this.#pieces.join(''));
    this.#pieces = [];
    this.#size = 0;
  }

  close(): void {
    this.#flush();
    closeSync(this.#handle);
  }
}
