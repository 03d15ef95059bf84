import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import type { ApiClient } from './client.js';

const sent = z.object({
  length: z.int(),
  offset: z.int(),
  parts: z.array(z.object({ bytes: z.int(), sha256: z.string().nullable() })),
});
const readAtOnce = 1024 * 1024;

/**
 * Before an upload goes on: the file must be the one that it was begun with, as long and the same in every part that the platform stores.
 * @throws CommandEnded 2 where it is not, or where that cannot be told
 */
export async function assertSameFile(
  handle: FileHandle,
  { size, id, client, terminal }: { readonly size: number; readonly id: string; readonly client: ApiClient; readonly terminal: Terminal },
): Promise<void> {
  const answer = await client.send('GET', `/api/v1/uploads/${encodeURIComponent(id)}/parts`, {});
  const { length, offset, parts } = sent.parse(await answer.json());
  const other = (zh: string, en: string) =>
    new CommandEnded(
      exitCodes.usage,
      pick(
        terminal,
        `该文件不是上传 ${id} 开始时的文件:${zh}\n→ 以原文件续传,或不带 --resume 重新上传`,
        `this is not the file that upload ${id} was begun with: ${en}\n→ go on with that file, or upload this one without --resume`,
      ),
    );
  if (length !== size)
    throw other(`应为 ${String(length)} 字节,实为 ${String(size)}`, `${String(length)} bytes were announced, it has ${String(size)}`);
  let from = 0;
  for (const { bytes, sha256 } of parts) {
    const to = from + bytes;
    if (sha256 === null || (await digestOf(handle, from, to)) !== sha256)
      throw other(
        `第 ${String(from)}–${String(to)} 字节与已上传的不同`,
        `bytes ${String(from)} to ${String(to)} are not those that were sent`,
      );
    from = to;
  }
  if (from < offset) throw other('已上传部分无法核对', 'what was sent cannot be compared');
}

async function digestOf(handle: FileHandle, from: number, to: number): Promise<string> {
  const digest = createHash('sha256');
  const buffer = Buffer.alloc(Math.min(readAtOnce, to - from));
  for (let at = from; at < to;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
    if (bytesRead === 0) break;
    digest.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return `sha256:${digest.digest('hex')}`;
}
