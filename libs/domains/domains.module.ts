import { AuthorisationsModule } from '#authorisations';
import { Module } from '@nestjs/common';
import { Canaries } from './application/canaries.js';
import { Catalogue } from './application/catalogue.js';
import { ClusterBindingsCut } from './application/cluster-bindings-cut.js';
import { ClusterHolding } from './application/cluster-holding.js';
import { DesiredObjects } from './application/desired-objects.js';
import { Domains } from './application/domains.js';
import { IsolationEvidence } from './application/isolation-evidence.js';
import { canaryHolding } from './application/canary-holding.js';
import { KeyHolding } from './application/key-holding.js';
import { OperatorDesk } from './application/operator-desk.js';
import { Orders } from './application/orders.js';
import { Probes } from './application/probes.js';
import { ZonePods } from './application/zone-pods.js';
import { CatalogueRepository } from './persistence/catalogue.repository.js';
import { DesiredRepository } from './persistence/desired.repository.js';
import { DomainsRepository } from './persistence/domains.repository.js';
import { OperatorRepository } from './persistence/operator.repository.js';

const repositories = [DomainsRepository, DesiredRepository, CatalogueRepository, OperatorRepository];
const useCases = [Domains, DesiredObjects, Catalogue, Probes, Orders, ZonePods, Canaries, OperatorDesk];
const seams = [ClusterHolding, canaryHolding, KeyHolding, ClusterBindingsCut, IsolationEvidence];

@Module({
  imports: [AuthorisationsModule],
  providers: [...repositories, ...useCases, ...seams],
  exports: [...useCases],
})
export class DomainsModule {}
