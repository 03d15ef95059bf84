import { readFile } from 'node:fs/promises';
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { refuse } from '#kernel';
import { nothingIfMissing, refusingS3 } from './s3-errors.js';

export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
  readonly pathStyle: boolean;
  readonly createBucket: boolean;
}

/** A client, and a check that the bucket still is one whose versions cannot be overwritten and can be locked. */
export async function connectBucket(at: S3Address): Promise<{ client: S3Client; check: () => Promise<void> }> {
  const client = new S3Client({
    endpoint: at.endpoint,
    region: at.region,
    forcePathStyle: at.pathStyle,
    credentials: { accessKeyId: await secretIn(at.accessKeyFile), secretAccessKey: await secretIn(at.secretKeyFile) },
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  });
  const check = (): Promise<void> => checkBucket(client, at.bucket);
  try {
    if (!(await exists(client, at.bucket))) {
      if (!at.createBucket) throw refuse('objects.misconfigured', { what: 'bucket' });
      await createBucket(client, at.bucket);
    }
    await check();
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

async function secretIn(path: string): Promise<string> {
  const secret = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (secret === '') throw refuse('objects.forbidden', { answer: 'no credentials' });
  return secret;
}
