import { readFile } from 'node:fs/promises';
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutBucketVersioningCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { DeserializeMiddleware, MetadataBearer } from '@smithy/types';
import { newId } from '#kernel';
import { defaultLimits, type Limits } from '#platform/config';
import { nothingIfMissing, refusingS3 } from './s3-errors.js';
import { refuse } from './refusals.js';

export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
  readonly pathStyle: boolean;
  readonly createBucket: boolean;
  readonly attempts: number;
}

/** The SDK's limits end a try that is silent; one whose answer trickles in ends by this clock, which runs over all tries of a request. */
class BoundedS3 extends S3Client {
  constructor(
    private readonly wholeMs: number,
    config: S3ClientConfig,
  ) {
    super(config);
  }

  override send(command: never, ...more: unknown[]): never {
    const [options, ...rest] = more;
    const send = super.send.bind(this) as (...asked: unknown[]) => unknown;
    if (typeof options === 'function') return send(command, { abortSignal: AbortSignal.timeout(this.wholeMs) }, options) as never;
    return send(command, { abortSignal: AbortSignal.timeout(this.wholeMs), ...(options as object | undefined) }, ...rest) as never;
  }
}

/** Every store that speaks S3 numbers its answers: `x-amz-request-id`, or its maker's own. */
const numbered = /^x-[a-z]+-request-id$/;

/**
 * What a proxy, an ingress or a login page says in the store's place is no answer of the store: neither its 404 an absence nor its 200 a
 * success. It is as if nobody had answered.
 */
const ofAStore: DeserializeMiddleware<object, MetadataBearer> = (next) => async (args) => {
  const result = await next(args);
  const { headers, body } = result.response as { headers?: Readonly<Record<string, string>>; body?: { destroy?: () => void } };
  if (Object.keys(headers ?? {}).some((name) => numbered.test(name.toLowerCase()))) return result;
  body?.destroy?.();
  throw refuse('objects.unreachable', { answer: 'not of an object store' });
};

/** A client, and a check that the bucket still is one whose versions cannot be overwritten and can be locked. */
export async function connectBucket(
  at: S3Address,
  limits: Limits['objects'] = defaultLimits.objects,
): Promise<{ client: S3Client; check: () => Promise<void> }> {
  const client = new BoundedS3(at.attempts * limits.requestMs, {
    endpoint: at.endpoint,
    region: at.region,
    forcePathStyle: at.pathStyle,
    credentials: { accessKeyId: await secretIn(at.accessKeyFile), secretAccessKey: await secretIn(at.secretKeyFile) },
    maxAttempts: at.attempts,
    // Without the last word the SDK only warns, and a request that is never answered is waited for without end.
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: limits.silentMs,
    },
  });
  client.middlewareStack.add(ofAStore, { step: 'deserialize', priority: 'low', name: 'opdomainOfAStore' });
  const check = (): Promise<void> => checkBucket(client, at.bucket);
  try {
    if (!(await exists(client, at.bucket))) {
      if (!at.createBucket) throw refuse('objects.misconfigured', { what: 'bucket' });
      await createBucket(client, at.bucket);
    }
    await check();
    await ensureMark(client, at.bucket);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return { client, check };
}

const exists = async (client: S3Client, Bucket: string): Promise<boolean> =>
  (await nothingIfMissing(() => client.send(new HeadBucketCommand({ Bucket })))) !== undefined;

async function createBucket(client: S3Client, Bucket: string): Promise<void> {
  await refusingS3(async () => {
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true })).catch((error: unknown) => {
      // Two processes that start together: the other one made it, with the same settings.
      if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error;
    });
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  });
}

async function checkBucket(client: S3Client, Bucket: string): Promise<void> {
  const versioning = await refusingS3(() => client.send(new GetBucketVersioningCommand({ Bucket })));
  if (versioning.Status !== 'Enabled') throw refuse('objects.misconfigured', { what: 'versioning' });
  const lock = await nothingIfMissing(() => client.send(new GetObjectLockConfigurationCommand({ Bucket })));
  if (lock?.ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') throw refuse('objects.misconfigured', { what: 'object lock' });
}

/** No key of an object of ours holds a `~`. Written once; a bucket's mark is the same for whoever reads it. */
export const markKey = 'opdomain~store';

async function ensureMark(client: S3Client, Bucket: string): Promise<void> {
  // Without a body: one that nobody reads stays open until the connection falls silent, and then ends the process.
  const there = await nothingIfMissing(() => client.send(new HeadObjectCommand({ Bucket, Key: markKey })));
  // Two processes that start together: the first version counts.
  if (there === undefined) await refusingS3(() => client.send(new PutObjectCommand({ Bucket, Key: markKey, Body: newId() })));
}

/** The bucket's mark, by its first version. @throws Refusal `objects.unreachable` where the bucket has none, or what answers is no store. */
export async function markOf(client: S3Client, Bucket: string): Promise<string> {
  const listed = await refusingS3(() => client.send(new ListObjectVersionsCommand({ Bucket, Prefix: markKey })));
  const first = (listed.Versions ?? []).sort((a, b) => Number(a.LastModified) - Number(b.LastModified))[0];
  if (first?.VersionId === undefined) throw refuse('objects.unreachable', { answer: 'no mark' });
  const version = { Bucket, Key: markKey, VersionId: first.VersionId };
  const id = await refusingS3(async () => (await client.send(new GetObjectCommand(version))).Body?.transformToString());
  if (id === undefined || !/^[0-9a-f-]{36}$/.test(id)) throw refuse('objects.unreachable', { answer: 'no mark' });
  return id;
}

async function secretIn(path: string): Promise<string> {
  const secret = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (secret === '') throw refuse('objects.forbidden', { answer: 'no credentials' });
  return secret;
}
