import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Instant } from '#kernel';
import type { Limits } from '#platform/config';
import type { CipherStore, CipherVersion } from './cipher-store.js';
import type { ObjectVersion } from './objects.js';
import { connectBucket, markKey, markOf } from './s3-bucket.js';
import type { S3Address } from './s3-bucket.js';
import { nothingIfMissing, refusingS3 } from './s3-errors.js';
import { listUploads, listVersions } from './s3-listing.js';
import { refuse } from './refusals.js';

/** 10,000 parts of this size, S3's most, make 160 GB; two of them are held in memory while one file is written. */
const partSize = 16 * 1024 * 1024;
const deleteBatch = 1000;
const readAttempts = 4;

/** Ciphertext in a bucket with versioning and object lock. Retention is COMPLIANCE: nobody can shorten it, the bucket's owner included. */
export class S3Store implements CipherStore {
  private constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly check: () => Promise<void>,
  ) {}

  /** @throws Refusal `objects.misconfigured` for a bucket without versioning or object lock; `objects.unreachable`, `objects.forbidden`. */
  static async open(at: S3Address, limits?: Limits['objects']): Promise<S3Store> {
    const { client, check } = await connectBucket(at, limits);
    return new S3Store(client, at.bucket, check);
  }

  async write(key: string, ciphertext: AsyncIterable<Uint8Array>, retainUntil: Instant | undefined): Promise<CipherVersion> {
    const lock =
      retainUntil === undefined ? {} : { ObjectLockMode: 'COMPLIANCE' as const, ObjectLockRetainUntilDate: new Date(retainUntil) };
    const upload = new Upload({
      client: this.client,
      params: { Bucket: this.bucket, Key: key, Body: Readable.from(ciphertext), ContentType: 'application/octet-stream', ...lock },
      partSize,
      queueSize: 2,
      leavePartsOnError: false,
    });
    const done = await refusingS3(() => upload.done());
    const stored = await this.find(key, done.VersionId);
    if (stored === undefined) throw refuse('objects.absent', { key });
    return stored;
  }

  async find(key: string, version: string | undefined): Promise<CipherVersion | undefined> {
    const at = { Bucket: this.bucket, Key: key, VersionId: version };
    const head = await nothingIfMissing(() => this.client.send(new HeadObjectCommand(at)));
    if (head?.VersionId === undefined) return undefined;
    const { VersionId: found, ContentLength: size = 0, LastModified: stored = new Date(0) } = head;
    return { version: found, storedAt: stored.toISOString(), source: { size, read: (from, to) => this.read(key, found, from, to) } };
  }

  async list(prefix: string): Promise<ObjectVersion[]> {
    const found = await refusingS3(async () => [
      ...(await listVersions(this.client, this.bucket, prefix)),
      ...(await listUploads(this.client, this.bucket, prefix)),
    ]);
    return found.filter(({ key }) => key !== markKey);
  }

  async retain(key: string, version: string, until: Instant): Promise<void> {
    const current = await this.retentionOf(key, version);
    if (current !== undefined && current > until) throw refuse('objects.retention-shortened', { until: current });
    const Retention = { Mode: 'COMPLIANCE' as const, RetainUntilDate: new Date(until) };
    const put = new PutObjectRetentionCommand({ Bucket: this.bucket, Key: key, VersionId: version, Retention });
    if ((await nothingIfMissing(() => this.client.send(put))) === undefined) throw refuse('objects.absent', { key });
  }

  async remove(versions: readonly ObjectVersion[]): Promise<ObjectVersion[]> {
    for (const { key, version } of versions.filter(({ kind }) => kind === 'upload')) {
      const abort = new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: version });
      await nothingIfMissing(() => this.client.send(abort));
    }
    const stored = versions.filter(({ kind }) => kind !== 'upload');
    const locked: ObjectVersion[] = [];
    for (let at = 0; at < stored.length; at += deleteBatch) {
      const batch = stored.slice(at, at + deleteBatch);
      const Objects = batch.map(({ key, version }) => ({ Key: key, VersionId: version }));
      const answer = await refusingS3(() => this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects } })));
      const refused = new Set((answer.Errors ?? []).map(({ VersionId }) => VersionId));
      for (const version of batch.filter((v) => refused.has(v.version))) {
        const retainUntil = await this.retentionOf(version.key, version.version);
        locked.push(retainUntil === undefined ? version : { ...version, retainUntil });
      }
    }
    return locked;
  }

  identity(): Promise<string> {
    return markOf(this.client, this.bucket);
  }

  health(): Promise<void> {
    return this.check();
  }

  async close(): Promise<void> {
    this.client.destroy();
    await Promise.resolve();
  }

  private async retentionOf(key: string, version: string): Promise<Instant | undefined> {
    const at = { Bucket: this.bucket, Key: key, VersionId: version };
    const answer = await nothingIfMissing(() => this.client.send(new GetObjectRetentionCommand(at)));
    return answer?.Retention?.RetainUntilDate?.toISOString();
  }

  /** The SDK repeats requests but not the reading of an answer: a broken one is taken up again where it broke, as long as it gets on. */
  private async *read(key: string, version: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    let at = from;
    for (let attempt = 1; at < to; attempt++) {
      const range = { Bucket: this.bucket, Key: key, VersionId: version, Range: `bytes=${at}-${to - 1}` };
      const answer = await nothingIfMissing(() => this.client.send(new GetObjectCommand(range)));
      if (!(answer?.Body instanceof Readable)) throw refuse('objects.absent', { key });
      try {
        for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
          at += chunk.length;
          attempt = 0;
          yield chunk;
        }
      } catch {
        if (attempt === readAttempts) throw refuse('objects.unreachable');
      }
      if (at < to && attempt === readAttempts) throw refuse('objects.unreachable');
    }
  }
}
