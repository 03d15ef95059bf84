import { z } from 'zod';

export const digest = z.string().regex(/^(sha256|sm3):[0-9a-f]{64}$/);

/** Sealed maps are written in the field of this prime: the largest below 2^30, so that a product is reduced with 32-bit whole numbers. */
export const sealedMapPrime = 1_073_741_789;

/**
 * The first line of a sealed map: what stands behind each cell of a run's result, for whoever compares results (the export gate). Rows of
 * CSV follow, a cell each: its relation of groups (`node`), the rows of which input (`strand`), the keys that it has (`level`), which
 * rows of them it counts (`cell`), its keys as numbers, whether it is shown, whether it counts subjects, how many they are, all together and by class, and two lists
 * of sums over a field (`../plan/sealing.ts`).
 */
export const sealedMapHeader = z.strictObject({
  type: z.literal('opdomain.sealed-map.v1'),
  /** A digest of the secret with which subjects and rows were made numbers: only maps of one key can be compared. */
  key: digest,
  prime: z.literal(sealedMapPrime),
  terms: z.int(),
  threshold: z.int(),
  nodes: z.array(
    z.strictObject({
      keys: z.int(),
      /** Of each cell the fields, as `dataset.column`, whose values as they are it sums; none where it counts; null where it computes. */
      cells: z.array(z.array(z.string()).nullable()),
      strands: z.array(
        z.strictObject({
          datasetId: z.uuid(),
          /** The column that tells subjects apart; empty where each row stands for itself. */
          subject: z.string(),
          /** A digest of the columns by which a row is told from another. */
          basis: digest,
          /** Whether no subject has two rows. */
          once: z.boolean(),
        }),
      ),
    }),
  ),
});
export type SealedMapHeader = z.infer<typeof sealedMapHeader>;
