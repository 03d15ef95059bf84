import { z } from 'zod';
import { suspensionGrounds } from '../jurisdictions/profile.js';
import { rectificationStates } from '../rectification.states.js';
import { suspensionStates } from '../suspension.states.js';
import { DeadlineView, FigureView, day, digest, text } from './common.messages.js';

export const ImposeSuspension = z
  .object({
    ground: z.enum(suspensionGrounds),
    evidence: z.array(z.object({ what: text(200), digest }).strict()).max(50),
    decidedOn: day,
    period: FigureView.strict()
      .optional()
      .describe('Period for rectification: needed where the profile gives none; it may only shorten one that it gives'),
  })
  .strict()
  .meta({ id: 'ImposeSuspension' });
export const RectificationPlan = z.object({ digest, steps: z.array(text(1000)).max(100) }).strict();
export const RectificationReport = z.object({ digest }).strict();
export const Assessment = z.object({ verdict: z.enum(['passed', 'failed']), reasons: z.string().max(2000) }).strict();
export const Extension = z.object({ reason: z.string().max(2000), figure: FigureView.strict() }).strict();

const paper = z.object({ digest: z.string(), by: z.uuid(), at: z.string() }).nullable();
export const SuspensionView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    authorisationId: z.uuid(),
    unitId: z.uuid(),
    state: z.enum(suspensionStates),
    reach: z.enum(['domain', 'data-use']),
    ground: z.enum(suspensionGrounds),
    evidence: z.array(z.object({ what: z.string(), digest: z.string() })),
    imposedBy: z.uuid(),
    imposedAt: z.string(),
    decidedOn: z.string(),
    deadline: DeadlineView,
    extensions: z.array(z.object({ reason: z.string(), by: z.uuid(), at: z.string(), deadline: DeadlineView })),
    outcome: z.string().nullable(),
    rectification: z
      .object({
        id: z.uuid(),
        state: z.enum(rectificationStates),
        plan: paper,
        steps: z.array(z.string()),
        report: paper,
        assessment: z.object({ verdict: z.enum(['passed', 'failed']), reasons: z.string(), by: z.uuid(), at: z.string() }).nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Suspension' });
export const SuspensionList = z.object({ items: z.array(SuspensionView), next: z.string().nullable() });
