import { z } from 'zod';

/** Figures of our own where no text gives one, and longer ones where a text gives the least. */
export const terminationsConfig = z.strictObject({
  destroyWithinDays: z
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('from opening to destruction; no regulation gives a figure (DEST-01)'),
  retrySeconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(3600)
    .describe('a pending destruction is tried again 15 s after its first notice, then after twice as long each time, up to this'),
  unreachable: z
    .array(z.strictObject({ what: z.string(), why: z.string() }))
    .default([
      {
        what: 'node disks: container layers, pod directories, pulled images, kubelet checkpoints',
        why: 'no access to nodes; encrypted or destroyed by who runs them',
      },
      {
        what: 'backups of database and object store made outside this installation',
        why: 'their catalogues are not connected; what they hold under destroyed keys is unreadable',
      },
      {
        what: 'dead row versions and write-ahead log of the database',
        why: 'reclaimed by vacuum and archiving, at the database’s own time',
      },
      { what: 'etcd history of removed objects', why: 'compacted by the cluster, at its own time' },
    ])
    .describe('what this installation cannot look at; listed in every certificate, never assumed'),
});
export type TerminationsConfig = z.infer<typeof terminationsConfig>;
export const TERMINATIONS_CONFIG = Symbol('TerminationsConfig');
