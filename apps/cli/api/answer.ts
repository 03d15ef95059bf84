import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { ApiClient } from './client.js';

export async function jsonIn(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommandEnded(
      exitCodes.unreachable,
      'the answer is not JSON: is this the address of the platform itself? 应答不是 JSON，请核对平台地址',
    );
  }
}

export interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** Follows a list from its first page to its end. */
export async function everyPage(client: ApiClient, path: string, first: unknown): Promise<Page> {
  let page = first as Page;
  const items = [...page.items];
  while (page.next !== null) {
    const url = new URL(path, 'http://x');
    url.searchParams.set('cursor', page.next);
    page = (await jsonIn(await client.call({ method: 'GET', path: url.pathname + url.search }))) as Page;
    items.push(...page.items);
  }
  return { items, next: null };
}

/** Writes what streams to a new file, or to standard output. */
export async function save(response: Response, file: string | undefined, terminal: Terminal): Promise<void> {
  if (response.body === null) return;
  if (file === undefined) {
    terminal.out(Buffer.from(await response.arrayBuffer()));
    return;
  }
  try {
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file, { flags: 'wx' }));
  } catch (fault) {
    const { code, syscall } = fault as NodeJS.ErrnoException;
    const exists = code === 'EEXIST';
    // Half a file is none.
    if (!exists) await rm(file, { force: true });
    if (fault instanceof CommandEnded) throw fault;
    if (syscall === undefined || syscall === 'read')
      throw new CommandEnded(exitCodes.unreachable, `${file}: the download broke off 下载中断`);
    throw new CommandEnded(exitCodes.usage, `${file}: ${exists ? 'exists already 已存在' : 'cannot be written 无法写入'}`);
  }
}
