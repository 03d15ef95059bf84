import { z } from 'zod';

/**
 * How the cluster is reached. Either a kubeconfig file that somebody named, or, said out loud, the account of the pod we run in.
 * The ambient default (`~/.kube/config`, `KUBECONFIG`) is never read: a test or a wrong shell must not touch somebody's cluster.
 */
export const kubeConfig = z
  .strictObject({
    kubeconfig: z.string().min(1).optional().describe('Path of a kubeconfig file; its current-context is used'),
    inCluster: z.boolean().default(false).describe('Use the service account of the pod this process runs in'),
    fieldManager: z.string().min(1).max(128).default('opdomain'),
    requestsPerSecond: z.number().positive().default(50),
    burst: z.number().int().positive().default(100),
    cutsPerSecond: z.number().positive().default(100).describe('Beside the others: for what a cut waits for'),
    cutsBurst: z.number().int().positive().default(400),
    attempts: z.number().int().min(1).max(10).default(5).describe('Tries of one request before its failure is reported'),
  })
  .refine((config) => (config.kubeconfig !== undefined) !== config.inCluster, {
    message: 'name exactly one way to the cluster: `kubeconfig` or `inCluster`',
    path: ['kubeconfig'],
  });
export type KubeSettings = z.output<typeof kubeConfig>;
