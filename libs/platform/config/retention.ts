import type { Kept } from '#kernel';
import { z } from 'zod';

const hours = (most: number, usual: number, why: string) => z.number().int().min(1).max(most).default(usual).describe(why);

/**
 * How long what only did the work is kept, in hours, each with its reason. The one table of them. What shows something (the journal,
 * documents, receipts, probes, network logs) is not in it: that is kept by its own law and never goes by one of these.
 */
export const retentionConfig = z
  .strictObject({
    answersHours: hours(
      720,
      48,
      'A repeated request (Idempotency-Key) is answered as the first was: for as long as a client may try again',
    ),
    workHours: hours(
      87_600,
      168,
      'Work that is done or was cancelled, and an event that all its consumers have consumed: a week in which who ordered it asks for it, and who looks for a fault finds it. The journal has both for good',
    ),
    ordersHours: hours(87_600, 168, 'Orders to the operator that were answered: whoever asked has read the answer within minutes'),
    rehearsalsHours: hours(720, 24, 'What replicas answered before a cut: its receipt reads them from the minutes before it'),
  } satisfies Record<Kept, z.ZodType>)
  .superRefine(({ answersHours, workHours }, context) => {
    if (answersHours > workHours)
      context.addIssue({
        code: 'custom',
        path: ['workHours'],
        message: `must not be below retention.answersHours (${String(answersHours)}): an answer would name work that is gone`,
      });
  })
  .prefault({});
/** By what is kept, in hours. */
export type Retention = z.output<typeof retentionConfig>;
