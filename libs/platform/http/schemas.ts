import { dependencies, inYears, isRange, waitingFor, years } from '#kernel';
import { z } from 'zod';

const yearsAsked = { error: `a year from ${String(years.from)} to ${String(years.until)}` };

/** The one shape of a calendar day, `YYYY-MM-DD`. */
export const day = z.iso.date().refine(inYears, yearsAsked);
/** The one shape of a calendar month, `YYYY-MM`. */
export const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a calendar month, YYYY-MM')
  .refine(inYears, yearsAsked);
/** The one shape of a moment in UTC, ISO 8601 with `Z`. */
export const instant = z.iso.datetime().refine(inYears, yearsAsked);
/** As people write a moment, with their zone's offset. */
export const instantWithOffset = z.iso.datetime({ offset: true }).refine(inYears, yearsAsked);

/**
 * What begins and ends, where both are said: refused, at its end, where it would end before it began.
 * @param from the member that it begins by, a {@link day} or an {@link instant}. @param until that by which it ends, of the same kind
 */
export const range = <S extends z.ZodObject>(schema: S, from = 'from', until = 'until'): S =>
  schema.refine(
    (said: Readonly<Record<string, unknown>>) => {
      const [begins, ends] = [said[from], said[until]];
      return typeof begins !== 'string' || typeof ends !== 'string' || isRange({ from: begins, until: ends });
    },
    { path: [until], error: `must not end before \`${from}\`` },
  );

/** What holds queued work up: it is away since then, and the work goes on by itself when it is back. */
export const waits = z.strictObject({ for: z.enum(dependencies), since: instant });

/** Query of every list: `limit` (1 to 200, default 50) and the opaque `cursor` of the page before. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).optional().describe('Items a page, 1 to 200; default 50'),
  cursor: z.string().max(200).optional().describe('`next` of the page before'),
});

/** `{ items, next }`; `next` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });

export const idParam = z.object({ id: z.uuid() });

/**
 * A signed document as it is handed out (opdomain-document/v1): verified offline by `opdomain verify`. `inclusion` and `waiting` lie
 * outside the signature. The document's schema is strict or loose: one that strips would drop a signed member, and with it the signature.
 */
export const signedDocument = <T extends z.ZodObject>(document: T) => {
  if (document.def.catchall === undefined) throw new Error('the schema of a signed document drops members that it does not name');
  return z.object({
    document,
    signatures: z.array(z.object({ keyName: z.string(), algorithm: z.literal('Ed25519'), signature: z.string() })),
    inclusion: z.record(z.string(), z.json()).optional().describe('proof bundle of the audit entry that issued the document'),
    waiting: z
      .object({ for: z.enum(waitingFor) })
      .optional()
      .describe('what a document that is not final yet waits for'),
  });
};
