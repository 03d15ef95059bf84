import { z } from 'zod';
import { ZoneQuotaSchema } from './contract.js';
import { defaultQuota } from './domain/operation-domain.js';

export const DOMAINS_CONFIG = Symbol('DomainsConfig');
export const domainsConfig = z.strictObject({
  quota: ZoneQuotaSchema.default(defaultQuota).describe('Of each zone, where a domain asks for nothing else'),
  nodePools: z
    .strictObject({ dev: z.string().max(63).optional(), prod: z.string().max(63).optional() })
    .default({})
    .describe('Node label values; without them one pool serves both zones'),
  probeEverySeconds: z.number().int().min(10).default(900).describe('A domain in use is probed at least this often'),
  resyncSeconds: z.number().int().min(5).default(30).describe('Every domain is compared with the cluster at least this often'),
  answerWithinSeconds: z.number().int().min(1).default(60).describe('How long an order to the operator is waited for'),
  goneWithinSeconds: z
    .number()
    .int()
    .min(1)
    .default(120)
    .describe('How long a destruction waits for namespaces to go before it names what holds them'),
  leaseSeconds: z.number().int().min(5).default(15),
  systemNamespace: z.string().default('opdomain-system'),
});
export type DomainsConfig = z.output<typeof domainsConfig>;
