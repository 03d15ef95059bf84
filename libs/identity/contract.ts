import { defineEvent, roles } from '#kernel';
import { day, instant, instantWithOffset, pageQuery, range } from '#platform/http/schemas';
import { z } from 'zod';
import { lockGrounds } from './domain/person-lock.js';
import { recordKinds } from './domain/personnel.js';

export { vettingResults } from './domain/personnel.js';
import { organisationKinds } from './domain/organisation.js';
import { roleProposalTransitions, type RoleProposalState } from './domain/role-proposal.states.js';

/** An instant of ours: UTC with milliseconds, as it is compared and stored. */
const moment = instantWithOffset.transform((text) => new Date(text).toISOString());
const onPaper = day.nullable().default(null).describe('Date on a document; it has no effect');

export const RegisterOrganisation = z
  .object({
    kind: z.enum(organisationKinds),
    name: z.string().min(2).max(200),
    creditCode: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, 'a unified social credit code has 18 characters'),
    parentId: z.uuid().optional().describe('The authority it stands under; a unit and a provider must name theirs'),
    affiliateIds: z.array(z.uuid()).max(100).default([]),
    region: z.string().max(40).optional(),
  })
  .strict();
export const OrganisationView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  kind: RegisterOrganisation.shape.kind,
  name: z.string(),
  creditCode: z.string(),
  parentId: z.uuid().nullable(),
  affiliateIds: z.array(z.uuid()),
  region: z.string().nullable(),
});
export const OrganisationsQuery = pageQuery.extend({ kind: RegisterOrganisation.shape.kind.optional() });

export const RegisterPerson = z
  .object({
    name: z.string().min(1).max(100),
    issuer: z.url().describe('OIDC issuer that signs the person in'),
    subject: z.string().min(1).max(200).describe('`sub` at that issuer'),
    organisationId: z.uuid(),
    documentedFrom: onPaper,
  })
  .strict();
export const PersonView = z.object({ id: z.uuid(), version: z.number().int(), name: z.string() });

const from = moment.optional().describe('Left out: at once; never earlier than that');
const until = moment.nullable().default(null).describe('The moment at which it ends');
const end = moment.optional().describe('Left out: it ends at once');

export const Affiliate = range(z.object({ organisationId: z.uuid(), from, until, documentedFrom: onPaper }).strict());
export const EndAffiliation = z.object({ organisationId: z.uuid(), until: end }).strict();

export const RoleScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('platform') }).strict(),
  z.object({ kind: z.literal('unit'), organisationId: z.uuid() }).strict(),
  z.object({ kind: z.literal('region'), authorityId: z.uuid() }).strict(),
  z.object({ kind: z.literal('dataset'), datasetId: z.uuid() }).strict(),
  z.object({ kind: z.literal('mandate'), organisationId: z.uuid(), from: day, until: day }).strict(),
]);
export const GrantRole = range(
  z
    .object({
      role: z.enum(roles),
      scope: RoleScope,
      from,
      until,
    })
    .strict(),
);
export const EndRole = z.object({ role: GrantRole.shape.role, until: end }).strict();

export const ProposeRole = z
  .object({
    personId: z.uuid(),
    role: GrantRole.shape.role,
    scope: RoleScope,
    until,
    ends: z.boolean().default(false).describe('Proposes that the role ends: at the confirmation, or at `until`'),
  })
  .strict();
export const RefuseProposal = z.object({ reason: z.string().trim().min(1).max(500) }).strict();
const proposalState = z.enum(Object.keys(roleProposalTransitions) as [RoleProposalState, ...RoleProposalState[]]);
export const ProposalsQuery = pageQuery.extend({ state: proposalState.optional() });
export const ProposalView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  state: proposalState,
  personId: z.uuid(),
  role: GrantRole.shape.role,
  scope: RoleScope,
  until: z.string().nullable(),
  ends: z.boolean(),
  organisationId: z.uuid().describe('For which organisation the role decides'),
  proposedBy: z.uuid(),
  expiresAt: z.string(),
  settledBy: z.uuid().nullable(),
  settledAt: z.string().nullable(),
  reason: z.string().nullable(),
});

export const FileRecord = range(
  z
    .object({
      kind: z.enum(recordKinds),
      validFrom: day.optional().describe('A later day; left out: at once'),
      validUntil: day.nullable().default(null),
      documentedFrom: onPaper,
      identityNumber: z
        .string()
        .regex(/^[1-9]\d{16}[\dXx]$/)
        .optional()
        .describe('With the real name; only a keyed digest of it is kept, by which a second account of the person is refused'),
      numberChange: z
        .string()
        .trim()
        .min(1)
        .max(300)
        .optional()
        .describe('Why the number is another one than before: the correction and its document; the one before stays the person’s'),
      evidenceDigest: z.string().regex(/^(sha256|sm3):[0-9a-f]{64}$/),
      details: z.record(z.string().max(40), z.string().max(500)),
    })
    .strict(),
  'validFrom',
  'validUntil',
);

export const LockPerson = z.object({ ground: z.enum(lockGrounds), reason: z.string().trim().min(1).max(2000) }).strict();
export const LiftPersonLock = z.object({ reason: z.string().trim().min(1).max(2000) }).strict();
export const PersonLockView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  personId: z.uuid(),
  state: z.enum(['locked', 'lifted']),
  ground: z.enum(lockGrounds),
  reason: z.string(),
  lockedAt: instant,
  lockedBy: z.uuid().nullable(),
  liftedAt: instant.nullable(),
  liftedBy: z.uuid().nullable(),
  liftReason: z.string().nullable(),
});

/** Someone in a list of people; who is locked holds their roles on paper only. */
export const PersonListed = PersonView.extend({ locked: z.boolean() });
export const PersonDetail = PersonListed.extend({
  affiliations: z.array(
    z.object({ organisationId: z.uuid(), from: z.string(), until: z.string().nullable(), documentedFrom: day.nullable() }),
  ),
  records: z.array(
    z.object({
      id: z.uuid(),
      kind: FileRecord.shape.kind,
      validFrom: z.string(),
      validUntil: day.nullable(),
      documentedFrom: day.nullable(),
      evidenceDigest: z.string(),
      withdrawn: z.boolean(),
      voidedAt: z.string().nullable().describe('When the identity number changed for which a real name was verified'),
    }),
  ),
  grants: z.array(z.object({ id: z.uuid(), role: GrantRole.shape.role, scope: RoleScope, from: z.string(), until: z.string().nullable() })),
});
export const Self = z.object({ personId: z.uuid(), organisationId: z.uuid(), roles: z.array(GrantRole.shape.role) });

/** A person was locked, or a lock lifted. */
export const personLockChanged = defineEvent('person.lock-changed.v1', z.strictObject({ personId: z.uuid() }));
/** A personnel record was filed or withdrawn. */
export const personRecordChanged = defineEvent('person.record-changed.v1', z.strictObject({ personId: z.uuid() }));
export const personAffiliationEnded = defineEvent(
  'person.affiliation-ended.v1',
  z.strictObject({ personId: z.uuid(), organisationId: z.uuid() }),
);
