import { RowTable } from '#platform/database/persistence';
import { OrganisationRow, PersonRow } from './entities.js';

export const organisationTable = new RowTable(OrganisationRow, { what: 'organisation' });
export const personTable = new RowTable(PersonRow, { what: 'person' });

/** Every table of the context whose rows change. */
export const identityTables = [organisationTable, personTable];
