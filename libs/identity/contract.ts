import { defineEvent } from '#kernel';
import { pageQuery } from '#platform/http/schemas';
import { z } from 'zod';
import { lockGrounds } from './domain/person-lock.js';
import { recordKinds } from './domain/personnel.js';
import { organisationKinds } from './domain/organisation.js';

const day = z.iso.date();

export const RegisterOrganisation = z
  .object({
    kind: z.enum(organisationKinds),
    name: z.string().min(2).max(200),
    creditCode: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, 'a unified social credit code has 18 characters'),
    parentId: z.uuid().optional(),
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
    from: day.describe('first day of the affiliation'),
  })
  .strict();
export const PersonView = z.object({ id: z.uuid(), version: z.number().int(), name: z.string() });

export const Affiliate = z.object({ organisationId: z.uuid(), from: day, until: day.nullable().default(null) }).strict();
export const EndAffiliation = z.object({ organisationId: z.uuid(), until: day }).strict();

export const RoleScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('platform') }).strict(),
  z.object({ kind: z.literal('unit'), organisationId: z.uuid() }).strict(),
  z.object({ kind: z.literal('region'), authorityId: z.uuid() }).strict(),
  z.object({ kind: z.literal('dataset'), datasetId: z.uuid() }).strict(),
  z.object({ kind: z.literal('mandate'), organisationId: z.uuid(), from: day, until: day }).strict(),
]);
export const GrantRole = z
  .object({
    role: z.enum([
      'platform-operator',
      'security-admin',
      'audit-admin',
      'authority',
      'provider',
      'unit-manager',
      'unit-developer',
      'export-reviewer',
      'evaluator',
    ]),
    scope: RoleScope,
    from: day,
    until: day.nullable().default(null),
  })
  .strict();

export const EndRole = z
  .object({ role: GrantRole.shape.role, until: day.optional().describe('Last day it is held; left out: it ends at once') })
  .strict();

export const FileRecord = z
  .object({
    kind: z.enum(recordKinds),
    validFrom: day,
    validUntil: day.nullable().default(null),
    evidenceDigest: z.string().regex(/^(sha256|sm3):[0-9a-f]{64}$/),
    details: z.record(z.string().max(40), z.string().max(500)),
  })
  .strict();

export const LockPerson = z.object({ ground: z.enum(lockGrounds), reason: z.string().trim().min(1).max(2000) }).strict();
export const LiftPersonLock = z.object({ reason: z.string().trim().min(1).max(2000) }).strict();
export const PersonLockView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  personId: z.uuid(),
  state: z.enum(['locked', 'lifted']),
  ground: z.enum(lockGrounds),
  reason: z.string(),
  lockedAt: z.iso.datetime(),
  lockedBy: z.uuid().nullable(),
  liftedAt: z.iso.datetime().nullable(),
  liftedBy: z.uuid().nullable(),
  liftReason: z.string().nullable(),
});

/** Someone in a list of people; who is locked holds their roles on paper only. */
export const PersonListed = PersonView.extend({ locked: z.boolean() });
export const PersonDetail = PersonListed.extend({
  affiliations: z.array(z.object({ organisationId: z.uuid(), from: day, until: day.nullable() })),
  records: z.array(
    z.object({
      id: z.uuid(),
      kind: FileRecord.shape.kind,
      validFrom: day,
      validUntil: day.nullable(),
      evidenceDigest: z.string(),
      withdrawn: z.boolean(),
    }),
  ),
  grants: z.array(z.object({ role: GrantRole.shape.role, scope: RoleScope, from: day, until: day.nullable() })),
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
