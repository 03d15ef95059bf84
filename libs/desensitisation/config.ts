import { z } from 'zod';

/** Configuration fragment of desensitisation. */
export const desensitisationConfig = z.strictObject({
  noiseBudget: z
    .number()
    .min(0.1)
    .max(20)
    .multipleOf(0.01)
    .default(1)
    .describe(
      'The ε that noise may spend of one field of a dataset in one scenario, over all deliveries and plans: at 1 whoever has seen everything that was published is at most e (2.7) times as sure of a value as before; each more is as much again',
    ),
});
export type DesensitisationConfig = z.output<typeof desensitisationConfig>;
export const DESENSITISATION_CONFIG = Symbol('DesensitisationConfig');
