import { z } from 'zod';

export const OVERSIGHT_CONFIG = Symbol('OversightConfig');

export const oversightConfig = z.strictObject({
  evidenceStaleSeconds: z
    .number()
    .int()
    .min(1)
    .default(86_400)
    .describe('Evidence older than this is shown with its age and no longer shows a requirement'),
  sourceTimeoutMs: z.number().int().min(100).max(60_000).default(5000).describe('How long the board waits for one source'),
  followSeconds: z.number().int().min(1).max(3600).default(600).describe('How long one stream of an operation stays open'),
  followers: z.number().int().min(1).max(10_000).default(200).describe('Streams of operations at once, per process'),
  followersPerPerson: z.number().int().min(1).max(10_000).default(8).describe('Of these, one person’s'),
  followersPerUnit: z.number().int().min(1).max(10_000).default(50).describe('Of these, one organisation’s'),
});
export type OversightConfig = z.infer<typeof oversightConfig>;
