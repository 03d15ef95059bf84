import { range } from '#platform/http/schemas';
import { z } from 'zod';
import { agreementItemKeys } from '../agreement-items.js';
import { applicationFileKinds } from '../application-file.js';
import { authorisationStates } from '../authorisation.states.js';
import { planDepartments } from '../jurisdictions/profile.js';
import { filingKinds } from '../filing.js';
import { partyRoles } from '../parties.js';
import { grantPurposes, rights } from '../rights.js';
import { ApprovalView, Ballot, DeadlineView, NamesNobody, day, digest, text } from './common.messages.js';

const term = z.object({ from: day, until: day }).strict();
const grantMode = z
  .object({
    mode: z.enum(['free', 'paid']),
    purpose: z.enum(grantPurposes),
    conditions: z.string().max(2000),
    valuation: z.string().max(500),
  })
  .strict();
const responsible = z.object({ principalId: z.uuid(), securityLeadId: z.uuid(), department: text(100) }).strict();
const file = z.object({ kind: z.enum(applicationFileKinds), digest, periodEnd: day }).strict();

/** What a unit applies for; edited while a draft or returned. */
export const Application = z
  .object({
    field: text(60).describe('Field of application, such as 普惠金融'),
    rights: z.array(z.enum(rights)).min(1).max(2),
    grantMode: grantMode.nullable().default(null),
    term,
    termException: z
      .object({ decision: text(200), digest })
      .strict()
      .nullable()
      .default(null),
    files: z.array(file).max(50).default([]),
    responsible: responsible.nullable().default(null),
  })
  .strict()
  .meta({ id: 'Application' });

export const DraftAuthorisation = Application.extend({
  unitId: z.uuid(),
  authorityId: z.uuid().optional().describe('Left out by an authority: its own'),
  renewsId: z.uuid().optional(),
})
  .strict()
  .meta({ id: 'DraftAuthorisation' });

export const Submission = z
  .object({
    evaluation: z
      .object({ id: z.string().max(60), met: z.boolean() })
      .strict()
      .optional()
      .describe('Latest evaluation, for a renewal'),
  })
  .strict();
export const OpenReview = NamesNobody;
export const StageBallot = Ballot.extend({
  correctBy: day.optional().describe('With a no: the day by which the unit may correct; left out, the no ends the case'),
}).strict();
export const Return = z.object({ reasons: text(2000), due: day }).strict();
export const Publication = range(z.object({ link: z.url().max(500), from: day, until: day.nullable().default(null) }).strict());
export const RaiseObjection = z.object({ number: text(60), raisedOn: day }).strict();
export const AnswerObjection = z.object({ number: text(60), answeredOn: day }).strict();

export const Agreement = z
  .object({
    items: z.partialRecord(z.enum(agreementItemKeys), text(5000)),
    governmentApproval: text(200).nullable().default(null),
    consultations: z
      .array(z.object({ department: text(100), digest, answeredOn: day.nullable() }).strict())
      .max(50)
      .default([]),
    collectiveDecision: text(200).nullable().default(null),
  })
  .strict()
  .meta({ id: 'Agreement' });
export const Signing = z
  .object({ scan: digest, signedOn: day, seal: z.object({ digest }).strict().describe('Digest of the document under the contract seal') })
  .strict();
const drawnUpWith = z
  .array(z.object({ department: z.enum(planDepartments), body: text(100) }).strict())
  .max(20)
  .describe('Departments that drew it up together with who files it');
export const EmergencyPlanFiling = z
  .object({ digest, expiresOn: day.nullable().default(null), drawnUpWith: drawnUpWith.default([]) })
  .strict();
export const Withdrawal = z.object({ reason: text(1000) }).strict();
export const FilingReceipt = z.object({ kind: z.enum(filingKinds), number: z.string().max(100), happenedOn: day }).strict();

export const AuthorisationSummary = z
  .object({
    id: z.uuid(),
    version: z.number().int(),
    unitId: z.uuid(),
    authorityId: z.uuid(),
    profileId: z.string(),
    state: z.enum(authorisationStates),
    field: z.string(),
    rights: z.array(z.enum(rights)),
    grantMode: grantMode.nullable(),
    term: z.object({ from: z.string(), until: z.string() }),
    revision: z.number().int(),
    renewsId: z.uuid().nullable(),
    signedOn: z.string().nullable(),
    inForceSince: z.string().nullable(),
    ended: z.object({ ground: z.string(), at: z.string() }).nullable(),
  })
  .meta({ id: 'AuthorisationSummary' });

export const AuthorisationView = AuthorisationSummary.extend({
  profile: z.object({ lineage: z.array(z.string()), status: z.string(), warnings: z.array(z.string()), notes: z.array(z.string()) }),
  signedUnder: z.array(z.string()).nullable(),
  termException: z.object({ decision: z.string(), digest: z.string() }).nullable(),
  files: z.array(z.object({ kind: z.enum(applicationFileKinds), digest: z.string(), periodEnd: z.string() })),
  responsible: responsible.nullable(),
  bodies: z.partialRecord(z.enum(partyRoles), z.uuid()).describe('The registered bodies that judge this revision'),
  digest: z.string().describe('What the parties judge: vote with it'),
  returned: z.object({ reasons: z.string(), due: z.string() }).nullable(),
  publicity: z
    .object({
      link: z.string(),
      from: z.string(),
      until: z.string().nullable(),
      objections: z.array(z.object({ number: z.string(), raisedOn: z.string(), answeredOn: z.string().nullable() })),
    })
    .nullable(),
  review: ApprovalView.nullable(),
  agreement: z
    .object({
      revision: z.number().int(),
      digest: z.string(),
      items: z.partialRecord(z.enum(agreementItemKeys), z.string()),
      missing: z.array(z.string()),
      governmentApproval: z.string().nullable(),
      scan: z.string().nullable(),
      sealed: z.boolean(),
      inForceFrom: z.string().nullable(),
    })
    .nullable(),
  emergencyPlan: z
    .object({ id: z.uuid(), state: z.string(), digest: z.string(), expiresOn: z.string().nullable(), standing: z.string(), drawnUpWith })
    .nullable(),
  filings: z.array(
    z.object({
      kind: z.enum(filingKinds),
      deadline: DeadlineView.nullable(),
      standing: z.enum(['filed', 'filed-late', 'outstanding', 'overdue']),
      number: z.string().nullable(),
      recordedAt: z.string().nullable(),
    }),
  ),
  renewalWindow: z.object({ opens: z.string(), closes: z.string() }),
  suspensionId: z.uuid().nullable(),
}).meta({ id: 'Authorisation' });
