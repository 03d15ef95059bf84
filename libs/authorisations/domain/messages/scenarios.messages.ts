import { z } from 'zod';
import { partnerFileKinds } from '../partner.js';
import { partnerStates } from '../partner.states.js';
import { scenarioStates } from '../scenario.states.js';
import { ApprovalView, Ballot, NamesNobody, day, digest, text } from './common.messages.js';

const long = z.string().max(4000).default('');

export const CreateScenario = z
  .object({
    authorisationId: z.uuid(),
    title: text(200),
    value: long,
    targets: long,
    scopeOfUse: long,
    partners: long.describe('Partners, or that there are none'),
    harmPrevention: long,
    from: day,
    until: day,
    longTermReason: text(1000).nullable().default(null),
    prescribedRoute: z.enum(['mpc', 'federated', 'tee']).nullable().default(null),
    filingNumber: text(100).nullable().default(null),
    feasibilityReview: digest.nullable().default(null),
    industryOpinion: digest.nullable().default(null),
  })
  .strict()
  .meta({ id: 'CreateScenario' });
export const ScenarioSubmission = NamesNobody;
export const ScenarioBallot = Ballot;
export const ScenarioReason = z.object({ reason: z.string().max(2000) }).strict();

export const ScenarioView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    authorisationId: z.uuid(),
    unitId: z.uuid(),
    authorityId: z.uuid(),
    state: z.enum(scenarioStates),
    plan: z.object({
      title: z.string(),
      value: z.string(),
      targets: z.string(),
      scopeOfUse: z.string(),
      partners: z.string(),
      harmPrevention: z.string(),
      from: z.string(),
      until: z.string(),
      longTermReason: z.string().nullable(),
      prescribedRoute: z.string().nullable(),
    }),
    digest: z.string(),
    stop: z.object({ by: z.uuid(), at: z.string(), reason: z.string() }).nullable(),
    approvedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    review: ApprovalView.nullable(),
  })
  .meta({ id: 'Scenario' });

export const RequestPartner = z
  .object({
    kind: z.enum(['admission', 'cooperation']),
    scenarioId: z.uuid(),
    organisationId: z.uuid(),
    parentId: z.uuid().nullable().default(null),
    scope: text(1000),
    until: day,
    files: z.array(z.object({ kind: z.enum(partnerFileKinds), digest }).strict()).max(50),
    affiliatesDeclared: z.boolean().describe('The unit’s affiliates at its organisation are complete as of today'),
  })
  .strict()
  .meta({ id: 'RequestPartner' });
export const PartnerView = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    kind: z.enum(['admission', 'cooperation']),
    authorisationId: z.uuid(),
    scenarioId: z.uuid(),
    unitId: z.uuid(),
    organisationId: z.uuid(),
    parentId: z.uuid().nullable(),
    scope: z.string(),
    until: z.string(),
    files: z.array(z.object({ kind: z.enum(partnerFileKinds), digest: z.string() })),
    state: z.enum(partnerStates),
    digest: z.string(),
    approvedAt: z.string().nullable(),
    review: ApprovalView.nullable(),
  })
  .meta({ id: 'Partner' });
