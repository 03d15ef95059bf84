import { z } from 'zod';
import { dataRequestItemStates } from '../data-request.states.js';
import { ApprovalView, Ballot, NamesNobody, day, digest, text } from './common.messages.js';

const basis = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('masking-plan') }).strict(),
  z.object({ kind: z.literal('consent'), consentId: z.uuid() }).strict(),
]);
const purpose = z.string().max(500).default('');

export const RequestItem = z
  .object({
    datasetId: z.uuid(),
    providerId: z.uuid(),
    fields: z
      .array(z.object({ name: text(200), purpose, sensitive: z.boolean(), basis: basis.nullable().default(null) }).strict())
      .max(2000),
    rows: z
      .object({ what: z.string().max(500).default(''), purpose, limit: z.number().int().positive().nullable().default(null) })
      .strict(),
    returned: z.boolean().default(false).describe('Returned from a higher level of government'),
    period: z.object({ what: z.string().max(200).default(''), purpose, from: day, until: day }).strict(),
    frequency: z.string().max(100).default(''),
    use: z.string().max(1000).default(''),
    upperConsents: z
      .object({ city: text(200).optional(), province: text(200).optional() })
      .strict()
      .default({}),
  })
  .strict()
  .meta({ id: 'DataRequestItemInput' });

export const CreateDataRequest = z
  .object({
    scenarioId: z.uuid(),
    externalReference: text(100).nullable().default(null).describe('Number in the integrated digital-resource system'),
    industryOpinion: z.object({ digest, positive: z.boolean() }).strict().nullable().default(null),
    items: z.array(RequestItem).max(200),
  })
  .strict()
  .meta({ id: 'CreateDataRequest' });
export const ReviseDataRequest = z.object({ items: z.array(RequestItem).min(1).max(200) }).strict();
export const RequestSubmission = NamesNobody;
export const ItemBallot = Ballot.extend({
  forCorrection: z.boolean().default(false).describe('With a no: return the item for correction instead of rejecting it'),
}).strict();
export const ItemWithdrawal = z.object({ reasons: text(1000) }).strict();

const ItemView = RequestItem.extend({
  id: z.uuid(),
  state: z.enum(dataRequestItemStates),
  sinceRevision: z.number().int(),
  fields: z.array(z.object({ name: z.string(), purpose: z.string(), sensitive: z.boolean(), basis: basis.nullable() })),
  period: z.object({ what: z.string(), purpose: z.string(), from: z.string(), until: z.string() }),
  upperConsents: z.object({ city: z.string().optional(), province: z.string().optional() }),
  digest: z.string().describe('What the parties judge: vote with it'),
  reasons: z.string().nullable(),
  open: z.array(z.string()),
  withheld: z.array(z.object({ field: z.string(), because: z.string() })),
  review: ApprovalView.nullable(),
}).meta({ id: 'DataRequestItem' });

export const DataRequestView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    authorisationId: z.uuid(),
    scenarioId: z.uuid(),
    unitId: z.uuid(),
    revision: z.number().int(),
    externalReference: z.string().nullable(),
    industryOpinion: z.object({ digest: z.string(), positive: z.boolean() }).nullable(),
    items: z.array(ItemView),
  })
  .meta({ id: 'DataRequest' });
export const DataRequestSummary = DataRequestView.omit({ items: true }).meta({ id: 'DataRequestSummary' });

export const RegisterConsent = z
  .object({
    scenarioId: z.uuid(),
    service: text(200),
    reference: text(200),
    subject: text(200).describe('The subject as the consent service names it; never a name or number of a person'),
    items: z.array(text(200)).max(500),
    purpose: text(500),
    expiresOn: day,
  })
  .strict()
  .meta({ id: 'RegisterConsent' });
export const ConsentView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    scenarioId: z.uuid(),
    service: z.string(),
    reference: z.string(),
    items: z.array(z.string()),
    purpose: z.string(),
    expiresOn: z.string(),
    withdrawnAt: z.string().nullable(),
  })
  .meta({ id: 'Consent' });
