import { day as calendarDay, instant as instantOf } from '#platform/http/schemas';
import { z } from 'zod';
import { partyRoles } from '../parties.js';

export const day = calendarDay.describe('Calendar day, YYYY-MM-DD, Asia/Shanghai');
export const instant = instantOf.describe('Moment in UTC');
export const digest = z
  .string()
  .regex(/^(sha256|sm3):[0-9a-f]{64}$/, 'sha256: or sm3: and 64 hex digits')
  .transform((text) => text as `sha256:${string}`);
const digestView = z.string();
export const text = (max: number) => z.string().trim().min(1).max(max);

export const FigureView = z.object({
  length: z.number().int().min(1).max(3650),
  unit: z.enum(['calendar-days', 'working-days', 'months', 'years']),
  source: text(200).describe('Article, agreement item or decision that gives the length'),
});
export const DeadlineView = z.object({ start: z.string(), figure: FigureView, due: z.string() });

/** Who decides follows from the matter and the register of bodies: whoever files it names nobody. */
export const NamesNobody = z.object({}).strict();

export const Ballot = z
  .object({
    slot: z.string().max(60).optional().describe('Left out: the open place for whose organisation you decide'),
    verdict: z.enum(['yes', 'no']),
    reasons: z.string().max(2000).default(''),
    digest: digest.describe('Digest of the version that you saw'),
    decidedOn: day.optional().describe('Day of the decision where it is not today'),
    opinion: digest.optional().describe('Digest of a written opinion or minutes'),
  })
  .strict();

export const ApprovalView = z
  .object({
    id: z.uuid(),
    state: z.enum(['open', 'approved', 'rejected', 'voided']),
    revision: z.number().int(),
    digest: digestView,
    slots: z.array(
      z.object({
        key: z.string(),
        step: z.number().int(),
        party: z.enum(partyRoles),
        organisationId: z.uuid(),
        open: z.boolean(),
        vote: z
          .object({
            personId: z.uuid(),
            grantId: z.uuid().nullable().describe('The grant by which the person decided for the organisation'),
            verdict: z.enum(['yes', 'no']),
            reasons: z.string(),
            decidedOn: z.string(),
            recordedAt: z.string(),
            opinion: z.string().nullable(),
          })
          .nullable(),
      }),
    ),
  })
  .meta({ id: 'Approval' });
