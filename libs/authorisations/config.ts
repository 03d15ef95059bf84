import { leastLogMonths } from '#kernel';
import { z } from 'zod';

/** Configuration fragment of authorisations. */
export const authorisationsConfig = z.strictObject({
  logRetentionMonths: z
    .number()
    .int()
    .min(leastLogMonths)
    .max(1200)
    .default(leastLogMonths)
    .describe(
      'Months that network logs are kept after the later of record and termination; a region that asks for more gets more (LOG-01)',
    ),
});
export type AuthorisationsConfig = z.output<typeof authorisationsConfig>;
export const AUTHORISATIONS_CONFIG = Symbol('AuthorisationsConfig');
