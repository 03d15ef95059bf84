import { ListMultipartUploadsCommand, ListObjectVersionsCommand, ListPartsCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectVersion } from './objects.js';
import { nothingIfMissing } from './s3-errors.js';
import { refuse } from './refusals.js';

interface Marker {
  readonly KeyMarker?: string | undefined;
  readonly VersionIdMarker?: string | undefined;
  readonly UploadIdMarker?: string | undefined;
}

export async function listVersions(client: S3Client, bucket: string, prefix: string): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  await eachPage<Marker>(async (marker) => {
    const page = assertListing(
      await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker })),
      bucket,
      prefix,
    );
    for (const v of page.Versions ?? [])
      found.push({ ...named(v.Key, v.VersionId, v.LastModified), kind: 'version', cipherBytes: v.Size ?? 0 });
    for (const m of page.DeleteMarkers ?? [])
      found.push({ ...named(m.Key, m.VersionId, m.LastModified), kind: 'delete-marker', cipherBytes: 0 });
    return page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
  });
  return found;
}

/** Unfinished multipart uploads, with what their parts take: no listing of objects shows them, and each keeps its parts until aborted. */
export async function listUploads(client: S3Client, bucket: string, prefix: string): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  await eachPage<Marker>(async (marker) => {
    const answer = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    const page = assertListing({ ...answer, Name: answer.Bucket }, bucket, prefix);
    for (const { Key: key = '', UploadId: id = '', Initiated: at } of page.Uploads ?? []) {
      const cipherBytes = await nothingIfMissing(() => sizeOf(client, bucket, key, id));
      if (cipherBytes !== undefined) found.push({ ...named(key, id, at), kind: 'upload', cipherBytes });
    }
    return page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  });
  return found;
}

/** A page of something else reads as an empty list; a listing names what it lists. @throws Refusal `objects.unreachable` */
function assertListing<T extends { readonly Name?: string | undefined; readonly Prefix?: string | undefined }>(
  page: T,
  bucket: string,
  prefix: string,
): T {
  if (page.Name !== bucket || (page.Prefix ?? '') !== prefix) throw refuse('objects.unreachable', { answer: 'not a listing' });
  return page;
}

async function eachPage<M extends object>(next: (marker: M | undefined) => Promise<M | undefined>): Promise<void> {
  let marker: M | undefined;
  do marker = await next(marker);
  while (marker !== undefined);
}

/** Not by the SDK's paginator: it follows the marker that some stores send with the last page too, for ever. */
async function sizeOf(client: S3Client, Bucket: string, Key: string, UploadId: string): Promise<number> {
  let size = 0;
  await eachPage<{ PartNumberMarker?: string | undefined }>(async (marker) => {
    const page = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, ...marker }));
    for (const part of page.Parts ?? []) size += part.Size ?? 0;
    return page.IsTruncated === true ? { PartNumberMarker: page.NextPartNumberMarker } : undefined;
  });
  return size;
}

const named = (key = '', version = '', at = new Date(0)) => ({ key, version, storedAt: at.toISOString() });
