import type { Readable } from 'node:stream';
import { Refusal, type ActContext } from '#kernel';
import { DataStore, Upload as TusUpload } from '@tus/server';
import type { Uploads } from '../application/uploads.js';
import { uploadDays } from '../domain/upload.js';
import type { Upload } from '../domain/upload.js';
import { refuse, type RefusalCode } from '../domain/refusals.js';

/** What the tus library keeps uploads in, for one request: everything it is asked is done as the person who asks. */
export class UploadStore extends DataStore {
  constructor(
    private readonly uploads: Uploads,
    private readonly ctx: ActContext,
  ) {
    super();
    this.extensions = ['creation', 'termination', 'expiration'];
  }

  override async create(wanted: TusUpload): Promise<TusUpload> {
    if (wanted.size === undefined || wanted.size === 0) throw refuse('upload.no-length');
    const upload = await this.uploads.begin(this.ctx, wanted.size);
    // The protocol's metadata is not kept: it is where clients put file names, and those may name people.
    return Object.assign(wanted, viewOf(upload));
  }

  override async write(data: Readable, id: string, offset: number): Promise<number> {
    return this.uploads.write(this.ctx, id, offset, data as AsyncIterable<Uint8Array>);
  }

  override async getUpload(id: string): Promise<TusUpload> {
    return new TusUpload(viewOf(await this.uploads.own(this.ctx, id)));
  }

  override async remove(id: string): Promise<void> {
    await this.uploads.abandon(this.ctx, id);
  }

  override getExpiration(): number {
    return uploadDays * 86_400_000;
  }
}

const viewOf = ({ id, length, offset, createdAt }: Upload) => ({ id, size: length, offset, creation_date: createdAt });

/** The library's own refusals, by the status of its answer (tus 1.0), in our words. */
const byStatus: Readonly<Record<number, RefusalCode>> = {
  400: 'upload.malformed',
  403: 'upload.malformed',
  404: 'upload.not-found',
  409: 'upload.moved-on',
  410: 'upload.not-found',
  412: 'upload.wrong-version',
  413: 'upload.too-large',
  501: 'upload.malformed',
};

/** Why an upload was refused: our own reason where there is one, else what the library's status says. Anything else is a fault. */
export function refusalOf(fault: unknown, status: number): Error {
  if (fault instanceof Refusal) return fault;
  const code = byStatus[status];
  if (code !== undefined) return refuse(code);
  return fault instanceof Error ? fault : new Error(`the upload library answered ${String(status)}`);
}
