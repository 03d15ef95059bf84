import type { Caller } from './client.js';
import { UnexpectedAnswer } from './waits.js';

const tus = { 'tus-resumable': '1.0.0' } as const;
const partBytes = 8 * 1024 * 1024;

/** Uploads bytes by tus 1.0 in parts, as a client on a slow line would. @returns the upload's id. */
export async function upload(caller: Caller, chunks: Iterable<Uint8Array>): Promise<string> {
  const bytes = Buffer.concat([...chunks]);
  const created = await caller.send('POST', '/uploads', undefined, { ...tus, 'upload-length': String(bytes.length) });
  const location = created.headers.get('location');
  if (created.status !== 201 || location === null) throw new UnexpectedAnswer(`the upload was not begun: ${String(created.status)}`);
  const id = location.split('/').at(-1) ?? '';
  for (let offset = 0; offset < bytes.length;) {
    const part = new Uint8Array(bytes.subarray(offset, offset + partBytes));
    const answer = await caller.send('PATCH', `/uploads/${id}`, part, {
      ...tus,
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    });
    const next = answer.status === 204 ? offset + part.length : await offsetOf(caller, id);
    if (next <= offset) throw new UnexpectedAnswer(`the upload stopped at ${String(offset)}: ${String(answer.status)}`);
    offset = next;
  }
  return id;
}

/** Where to go on, as the server has it: the answer to a part that had arrived may have been lost. */
async function offsetOf(caller: Caller, id: string): Promise<number> {
  const answer = await caller.send('HEAD', `/uploads/${id}`, undefined, tus);
  return Number(answer.headers.get('upload-offset') ?? '0');
}
