import { z } from 'zod';

/** Configuration fragment of the network logs. */
export const networkLogsConfig = z.strictObject({
  /** LOG-01: 6 months at least; a higher figure extends what is already kept, a lower one does not start. */
  keepMonths: z
    .number()
    .int()
    .min(6)
    .max(1200)
    .default(6)
    .describe('Months that network logs are kept after the later of record and termination, 6 at least'),
  /** How often connections are taken over and full hours sealed. */
  everyMs: z.number().int().min(50).max(60_000).default(1_000),
  /** An hour is sealed this long after its end, so that what is still on its way belongs to it. */
  graceSeconds: z.number().int().min(0).max(600).default(60),
});
export type NetworkLogsConfig = z.infer<typeof networkLogsConfig>;
export const NETWORK_LOGS_CONFIG = Symbol('NetworkLogsConfig');
