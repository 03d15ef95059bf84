import type { Clock } from '#kernel';
import { z } from 'zod';
import { defaultLimits, type Limits } from '#platform/config';
import type { Keys } from '#platform/keys';
import { FolderStore } from './folder-store.js';
import type { Objects } from './objects.js';
import { S3Store } from './s3-store.js';
import { SealedObjects } from './sealed-objects.js';

/** Configuration fragment of this port; secrets are given as paths of files. */
export const objectsConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('s3'),
    endpoint: z.url({ protocol: /^https?$/ }),
    region: z.string().min(1).default('us-east-1'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
    accessKeyFile: z.string().min(1),
    secretKeyFile: z.string().min(1),
    /** Bucket in the path, not in the host name: what most stores other than AWS need. */
    pathStyle: z.boolean().default(true),
    /** Makes the bucket, with versioning and object lock, where it is missing. */
    createBucket: z.boolean().default(true),
    attempts: z.number().int().min(1).max(10).default(4).describe('How often a request is tried before the store counts as unreachable'),
  }),
]);
export type ObjectsConfig = z.infer<typeof objectsConfig>;

/** @param clock of a folder's versions and retention: the same for all processes that share it */
export async function objectsFromConfig(
  config: ObjectsConfig,
  keys: Keys,
  limits: Limits['objects'] = defaultLimits.objects,
  clock?: Clock,
): Promise<Objects> {
  return new SealedObjects(
    config.kind === 'folder' ? await FolderStore.open(config.path, clock) : await S3Store.open(config, limits),
    keys,
  );
}
