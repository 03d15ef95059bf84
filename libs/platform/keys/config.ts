import { z } from 'zod';
import { defaultLimits, type Limits } from '#platform/config';
import type { Keys } from './keys.js';
import { RememberingKeys, type KeyMemory } from './remembering-keys.js';
import { SealedKeyFile } from './sealed-key-file.js';
import { TransitKeys } from './transit-keys.js';

/** Configuration fragment of this port; secrets are given as paths of files. */
export const keysConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('file'),
    path: z.string().min(1),
    masterKeyFile: z.string().min(1),
    acceptGeneration: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Opens a key file of exactly this generation although a newer one was seen: what was made since is lost'),
  }),
  z.strictObject({
    kind: z.literal('transit'),
    address: z.url({ protocol: /^https?$/ }),
    tokenFile: z.string().min(1),
    mount: z
      .string()
      .regex(/^[\w-]+(\/[\w-]+)*$/)
      .default('transit'),
    /** PEM of the certification authority, where the system's own do not vouch for the server. */
    caFile: z.string().min(1).optional(),
    attempts: z.number().int().min(1).max(10).default(5).describe('How often a request is tried before the store counts as unreachable'),
  }),
]);
export type KeysConfig = z.infer<typeof keysConfig>;

/** The store alone, as it stands. */
export async function keysFromConfig(config: KeysConfig, memory?: KeyMemory, limits: Limits['keys'] = defaultLimits.keys): Promise<Keys> {
  return config.kind === 'file' ? SealedKeyFile.open(config, { memory }) : TransitKeys.open({ ...config, ...limits });
}

/** The store of an installation: what was destroyed in it stays destroyed whatever copy of it is put back. */
export async function rememberingKeys(config: KeysConfig, memory: KeyMemory, limits?: Limits['keys']): Promise<Keys> {
  const store = await keysFromConfig(config, memory, limits);
  try {
    return await RememberingKeys.over(store, memory);
  } catch (fault) {
    await store.close();
    throw fault;
  }
}
