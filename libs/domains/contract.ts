import { instant, pageQuery } from '#platform/http/schemas';
import { z } from 'zod';
import { troubleKinds } from './domain/operation-domain.js';

const zone = z.enum(['dev', 'prod']);
const count = z.number().int().min(1).max(10_000);
export const ZoneQuotaSchema = z.object({ cpu: count, memoryGi: count, storageGi: count, pods: count, volumeClaims: count }).strict();

export const RequestDomain = z
  .object({
    authorisationId: z.uuid(),
    quota: ZoneQuotaSchema.optional().describe('Of each zone; whole cores, GiB and counts'),
    nodePools: z
      .object({ dev: z.string().max(63).optional(), prod: z.string().max(63).optional() })
      .strict()
      .optional(),
  })
  .strict();
export const DomainsQuery = pageQuery.extend({ authorisationId: z.uuid().optional() });

export const DomainStateSchema = z.enum(['requested', 'provisioning', 'ready', 'degraded', 'sealed', 'destroying', 'destroyed']);
export const TroubleView = z.object({
  kind: z.enum(troubleKinds),
  what: z.array(z.string()),
  since: instant,
});
export const ZoneView = z.object({
  zone,
  namespace: z.string(),
  madeAt: instant.nullable(),
  lostAt: instant.nullable(),
  goneAt: instant.nullable(),
});
export const DomainView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  createdAt: instant,
  authorisationId: z.uuid(),
  unitId: z.uuid(),
  state: DomainStateSchema,
  quota: ZoneQuotaSchema,
  zones: z.array(ZoneView),
  troubles: z.array(TroubleView),
  /** The operator's last pass over it. */
  reconciled: z.object({ at: instant, steps: z.array(z.string()), failure: z.string().nullable() }).nullable(),
});

export const VerdictView = z.object({
  zone,
  namespace: z.string(),
  probe: z.string(),
  wall: z.string(),
  holds: z.boolean(),
  outcome: z.enum(['refused-as-expected', 'let-through', 'refused-for-another-reason', 'not-answered']),
  status: z.number().int(),
  message: z.string(),
});
export const ProbeRunView = z.object({
  id: z.uuid(),
  at: instant,
  asked: z.number().int(),
  held: z.number().int(),
  verdicts: z.array(VerdictView),
});
export const OrderView = z.object({ id: z.uuid(), kind: z.string(), requestedAt: instant, doneAt: instant.nullable() });
export const PlanView = z.object({ steps: z.array(z.string()) });
export const AcceptLoss = z.object({ reason: z.string().min(2).max(500) }).strict();

export const EnterImage = z
  .object({
    image: z.string().max(500).describe('`name@sha256:…`'),
    title: z.string().min(1).max(200),
    purpose: z.enum(['workspace', 'run']),
    zones: z.array(zone).min(1).max(2),
  })
  .strict();
export const CatalogueImageView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  image: z.string(),
  title: z.string(),
  purpose: z.enum(['workspace', 'run']),
  zones: z.array(zone),
  withdrawnAt: instant.nullable(),
});
