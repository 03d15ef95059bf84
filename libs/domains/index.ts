import type { ContextDeclaration } from '#kernel';
import { DOMAINS_CONFIG, domainsConfig } from './config.js';
import { domainsAuditActions } from './domain/audit-actions.js';
import { domainsRefusals } from './domain/refusals.js';
import { DomainsModule } from './domains.module.js';
import { CatalogueController } from './http/catalogue.controller.js';
import { OperationDomainsController } from './http/operation-domains.controller.js';
import { FollowAuthorisation } from './jobs/follow-authorisation.js';
import { domainsEntities } from './persistence/entities.js';
import { OperationDomains1763700300000 } from './persistence/migrations/operation-domains.js';
import { DomainReconciler } from './reconcile/domain.reconciler.js';
import { ZoneLooks } from './reconcile/zone-looks.reconciler.js';

export { Catalogue, type CatalogueImage } from './application/catalogue.js';
export { DesiredObjects, type ObjectOwner } from './application/desired-objects.js';
export { Domains, type DomainFacts } from './application/domains.js';
export { ZonePods } from './application/zone-pods.js';
export { DOMAINS_CONFIG, type DomainsConfig } from './config.js';
export type { DomainState } from './domain/operation-domain.js';
export type { Zone } from './domain/zone.js';
export { installation, systemNamespace, user, type InstallOptions, type Subject } from './manifests/index.js';
export { DomainsModule };

export const domainsContext: ContextDeclaration = {
  name: 'domains',
  module: DomainsModule,
  controllers: [OperationDomainsController, CatalogueController],
  jobs: [FollowAuthorisation],
  reconcilers: [DomainReconciler, ZoneLooks],
  entities: domainsEntities,
  migrations: [OperationDomains1763700300000],
  config: { name: 'domains', schema: domainsConfig, token: DOMAINS_CONFIG },
  auditActions: domainsAuditActions,
  refusals: domainsRefusals,
};
