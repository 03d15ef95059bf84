import { RowTable, StateTable } from '#platform/database/persistence';
import { domainTransitions } from '../domain/operation-domain.js';
import { refuse } from '../domain/refusals.js';
import { CatalogueImageRow, OperationDomainRow } from './entities.js';

export const catalogueImageTable = new RowTable(CatalogueImageRow, { parties: 'everyone', what: 'catalogue-image', refuse });
export const operationDomainTable = new StateTable(OperationDomainRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId' },
  what: 'domain',
  refuse,
  transitions: domainTransitions,
  initial: ['requested'],
});

/** Every table of the context whose rows change. */
export const domainsTables = [catalogueImageTable, operationDomainTable];
