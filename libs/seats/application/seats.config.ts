import { pathNames } from '#kernel';
import { z } from 'zod';
import { implementedPaths } from '../domain/cut-paths.js';

/** Limits of seats and of the workspaces that they open. */
export const seatsConfig = z.strictObject({
  quota: z
    .strictObject({
      own: z.number().int().min(0).max(10_000).default(50),
      partner: z.number().int().min(0).max(10_000).default(10),
      'secondary-developer': z.number().int().min(0).max(10_000).default(10),
    })
    .prefault({})
    .describe('seats of each class under one authorisation'),
  paths: z
    .array(z.enum(pathNames))
    .min(1)
    .default([...implementedPaths])
    .describe('ways in that this installation has; a receipt is complete only when each is shown to be closed'),
  workspace: z
    .strictObject({
      cpu: z.string().default('1'),
      memory: z.string().default('1Gi'),
      scratch: z.string().default('2Gi'),
      sessionSeconds: z.number().int().min(60).max(86_400).default(28_800).describe('longest session; the kubelet ends it by itself'),
      gatewayNamespace: z.string().default('opdomain-system'),
    })
    .prefault({}),
});
export type SeatsConfig = z.infer<typeof seatsConfig>;
export const SEATS_CONFIG = Symbol('SeatsConfig');
