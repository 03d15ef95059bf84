import { z } from 'zod';

/** Configuration fragment of the network logs. */
export const networkLogsConfig = z.strictObject({
  /** How often connections are taken over and full hours sealed. */
  everyMs: z.number().int().min(50).max(60_000).default(1_000),
  /** An hour is sealed this long after its end, so that what is still on its way belongs to it. */
  graceSeconds: z.number().int().min(0).max(600).default(60),
});
export type NetworkLogsConfig = z.infer<typeof networkLogsConfig>;
export const NETWORK_LOGS_CONFIG = Symbol('NetworkLogsConfig');
