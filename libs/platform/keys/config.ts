import { z } from 'zod';
import type { Keys } from './keys.js';
import { SealedKeyFile } from './sealed-key-file.js';
import { TransitKeys } from './transit-keys.js';

/** Configuration fragment of this port; secrets are given as paths of files. */
export const keysConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1), masterKeyFile: z.string().min(1) }),
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
    requestSeconds: z.number().int().min(1).default(5).describe('A request that takes longer has failed'),
  }),
]);
export type KeysConfig = z.infer<typeof keysConfig>;

export async function keysFromConfig(config: KeysConfig): Promise<Keys> {
  return config.kind === 'file' ? SealedKeyFile.open(config) : TransitKeys.open(config);
}
