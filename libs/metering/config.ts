import { z } from 'zod';

export const METERING_CONFIG = Symbol('MeteringConfig');

export const meteringConfig = z.strictObject({
  closeAfterDays: z
    .number()
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('Days after the end of a month when its statement is locked; later use goes to the next one'),
});
export type MeteringConfig = z.infer<typeof meteringConfig>;
