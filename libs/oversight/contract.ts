import { lanes } from '#kernel';
import { pageOf, pageQuery, signedDocument, waits } from '#platform/http/schemas';
import { z } from 'zod';

const state = z.enum(['shown', 'failing', 'no-data']);
const kind = z.enum(['system', 'record', 'organisational']);

export const RequirementsQuery = z.object({ theme: z.string().max(40).optional(), kind: kind.optional(), state: state.optional() });
export const RequirementView = z.strictObject({
  id: z.string(),
  theme: z.string(),
  party: z.string(),
  zh: z.string(),
  en: z.string(),
  kind,
  shows: z.string(),
  sources: z.string(),
  derived: z.boolean().describe('Our own reading, not the letter of a text'),
  state: state.describe('What the running system shows now; no-data is never counted as shown'),
  evidence: z.array(
    z.object({
      state,
      what: z.string(),
      source: z.string(),
      at: z.string(),
      ageSeconds: z.number().int(),
      stale: z.boolean(),
    }),
  ),
});
const summary = z.object({ total: z.number().int(), shown: z.number().int(), failing: z.number().int(), noData: z.number().int() });
const silent = z.array(z.object({ source: z.string(), lastAnswerAt: z.string().nullable(), ageSeconds: z.number().int().nullable() }));
export const RequirementsView = pageOf(RequirementView).extend({
  summary,
  at: z.string(),
  silentSources: silent.describe('Sources that did not answer for this page'),
});
/** A signed document (opdomain-document/v1); `opdomain verify` checks it from the file and the published keys. */
export const RequirementsDocument = signedDocument(
  z.strictObject({
    type: z.literal('opdomain.compliance-board/v1'),
    id: z.uuid(),
    catalogue: z.string(),
    issuedAt: z.string(),
    summary,
    requirements: z.array(RequirementView),
  }),
);

export const BoardView = z.object({
  at: z.string(),
  numbers: z.array(
    z.object({
      name: z.string(),
      zh: z.string(),
      en: z.string(),
      state: z.enum(['fresh', 'stale', 'no-source']),
      value: z.number().int().nullable().describe('null: the source has never answered; never a zero in its place'),
      by: z.record(z.string(), z.number().int()),
      opens: z.string().describe('Route that shows the records'),
      ids: z.array(z.string()).describe('Newest records, at most 50'),
      since: z.string().nullable().describe('Since when the oldest waits'),
      readAt: z.string().nullable(),
      ageSeconds: z.number().int().nullable(),
    }),
  ),
  requirements: summary,
});

const workState = z.enum(['due', 'leased', 'done', 'dead', 'cancelled']);
export const WorkQuery = pageQuery.extend({
  state: workState.optional(),
  lane: z.enum(lanes).optional(),
  name: z.string().max(80).optional(),
  failing: z.stringbool().optional().describe('Open work that failed at least once or waits for what is away'),
});
export const WorkItem = z.object({
  id: z.uuid(),
  name: z.string(),
  lane: z.enum(lanes),
  key: z.uuid(),
  state: workState,
  attempts: z.number().int().describe('Tries that failed by its own fault, since it last went on'),
  losses: z.number().int().describe('Workers that were lost with it'),
  waits: waits.nullable().describe('What is away, where that holds it up'),
  dueAt: z.string(),
  orderedAt: z.string(),
  finishedAt: z.string().nullable(),
  lastError: z.string().nullable().describe('Code of the last failed try'),
  unitId: z.uuid().nullable(),
});

const pieces = z.number().int().min(0);
const most = pieces.nullable();
export const LanesView = z.strictObject({
  at: z.string(),
  workers: pieces.describe('Workers that are there: heard of within the last 20 seconds'),
  lanes: z.array(
    z.strictObject({
      lane: z.enum(lanes),
      places: pieces.describe('Pieces of work that may run at once, over all workers that are there; kept for this lane alone'),
      running: pieces.describe('Pieces of work that a worker holds'),
      waiting: pieces.describe('Pieces of work that are due and not taken'),
      waitingSince: z.string().nullable().describe('Since when the longest due has waited'),
      later: pieces.describe('Pieces of work ordered for later, or to be tried again then'),
      dead: pieces.describe('Dead letters'),
      perUnit: most.describe('Pieces of work of one unit that run at once; null: no such limit, or no worker is there'),
      perPerson: most.describe('Pieces of work of one person that run at once; null: no such limit, or no worker is there'),
      openPerUnit: most.describe('Pieces of work of one unit that may wait and run before its orders are refused; null: no such limit'),
      openPerPerson: most.describe(
        'Pieces of work of one person that may wait and run before their orders are refused; null: no such limit',
      ),
    }),
  ),
  heldBack: z
    .array(
      z.strictObject({
        lane: z.enum(lanes),
        share: z.enum(['unit', 'person']),
        id: z.uuid().describe('Of the unit or person'),
        running: pieces.describe('Pieces of its work that run'),
        waiting: pieces.describe('Pieces of its work that are due and wait for these to end'),
      }),
    )
    .describe('Whose share of a lane is full while more of theirs is due, most waiting first, at most 100'),
});

export const OperationView = z.object({
  id: z.uuid(),
  name: z.string(),
  subject: z.uuid().describe('The object it is about'),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  attempts: z.number().int(),
  waits: waits.nullable().describe('What is away, where that holds it up'),
  progress: z.record(z.string(), z.unknown()).nullable(),
  error: z.string().nullable(),
  orderedAt: z.string(),
  dueAt: z.string(),
  finishedAt: z.string().nullable(),
});

export const StaffingView = z.object({
  at: z.string(),
  enough: z.boolean(),
  rules: z.array(
    z.object({
      name: z.string(),
      zh: z.string(),
      en: z.string(),
      sources: z.array(z.string()),
      people: z.number().int().describe('Separate people that the rule wants'),
      enough: z.boolean(),
      missing: z.array(z.string()).describe('Places nobody is left for: the roles that could fill each'),
    }),
  ),
});
