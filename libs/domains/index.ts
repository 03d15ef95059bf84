import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { DOMAINS_CONFIG, domainsConfig } from './config.js';
import { domainsAuditActions } from './domain/audit-actions.js';
import { domainsEndings } from './domain/endings.js';
import { domainsRefusals } from './domain/refusals.js';
import { DomainsModule } from './domains.module.js';
import { CatalogueController } from './http/catalogue.controller.js';
import { OperationDomainsController } from './http/operation-domains.controller.js';
import { FollowAuthorisation } from './jobs/follow-authorisation.js';
import { PlantCanaries } from './jobs/plant-canaries.js';
import { domainsEntities } from './persistence/entities.js';
import { domainsGrants } from './persistence/grants.js';
import { OperationDomains1763700300000 } from './persistence/migrations/operation-domains.js';
import { LooksBegun1763800170001 } from './persistence/migrations/looks-begun.js';
import { OrdersByDomain1763800095001 } from './persistence/migrations/orders-by-domain.js';
import { OrdersDone1763900061001 } from './persistence/migrations/orders-done.js';
import { OrdersOfCuts1763900090000 } from './persistence/migrations/orders-of-cuts.js';
import { DomainReconciler } from './reconcile/domain.reconciler.js';
import { CutLooks, StandingLooks } from './reconcile/zone-looks.reconciler.js';
import { domainsTables } from './persistence/tables.js';

export { Catalogue, type CatalogueImage } from './application/catalogue.js';
export { DesiredObjects, type ObjectOwner } from './application/desired-objects.js';
export { Domains, type DomainFacts } from './application/domains.js';
export { ZonePods } from './application/zone-pods.js';
export { DOMAINS_CONFIG, type DomainsConfig } from './config.js';
export type { DomainState } from './domain/operation-domain.js';
export type { Zone } from './domain/zone.js';
export { installation, systemNamespace, user, type InstallOptions, type Subject } from './manifests/index.js';
export { DomainsModule };

export const domainsContext: ContextDeclaration<typeof domainsRefusals> = {
  name: 'domains',
  module: DomainsModule,
  controllers: [OperationDomainsController, CatalogueController],
  schemas: contract,
  jobs: [FollowAuthorisation, PlantCanaries],
  reconcilers: [DomainReconciler, CutLooks, StandingLooks],
  entities: domainsEntities,
  tables: domainsTables,
  grants: domainsGrants,
  migrations: [
    OperationDomains1763700300000,
    OrdersByDomain1763800095001,
    LooksBegun1763800170001,
    OrdersDone1763900061001,
    OrdersOfCuts1763900090000,
  ],
  config: { name: 'domains', schema: domainsConfig, token: DOMAINS_CONFIG },
  auditActions: domainsAuditActions,
  refusals: domainsRefusals,
  endings: domainsEndings,
  outgrown: [{ table: 'domains.cluster_orders', since: 'done_at', kept: 'ordersHours' }],
  uniques: {
    'domains.canaries_domain_id_place_ref_key': 'state.changed-meanwhile',
    'domains.catalogue_images_once': 'state.exists-already',
    'domains.operation_domains_authorisation_id_key': 'state.exists-already',
    'domains.reconciliations_pkey': 'state.changed-meanwhile',
    'domains.zones_namespace_key': 'state.changed-meanwhile',
    'domains.zones_one_current': 'state.changed-meanwhile',
  },
};
