import { z } from 'zod';

export const EXPORTS_CONFIG = Symbol('ExportsConfig');

export const exportsConfig = z
  .strictObject({
    linkMinutes: z.number().int().min(1).max(60).default(15).describe('How long a one-time download link lives'),
    releaseDays: z.number().int().min(1).max(90).default(7).describe('Days in which a released result may be downloaded'),
  })
  .prefault({});
export type ExportsConfig = z.infer<typeof exportsConfig>;
