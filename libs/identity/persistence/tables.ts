import { RowTable } from '#platform/database/persistence';
import { OrganisationRow, PersonRow } from './entities.js';

/**
 * The organisations a person belongs to on the day: an authority reaches people of what stands under it (ADM-03). Who belongs to one
 * that stands under no authority on record answers to every authority.
 */
const today = `belongs.person_id = row.id AND belongs.valid_from <= :today AND (belongs.valid_until IS NULL OR belongs.valid_until >= :today)`;
const answersTo = `SELECT belongs.organisation_id FROM identity.affiliations belongs WHERE ${today}
  UNION ALL SELECT every.id FROM identity.organisations every WHERE every.kind = 'authority' AND EXISTS (
    SELECT 1 FROM identity.affiliations belongs JOIN identity.organisations o ON o.id = belongs.organisation_id
    WHERE ${today} AND o.parent_id IS NULL AND o.kind <> 'authority')`;

export const organisationTable = new RowTable(OrganisationRow, { parties: 'everyone', what: 'organisation' });
export const personTable = new RowTable(PersonRow, { parties: { authorityId: { ids: answersTo }, personId: 'id' }, what: 'person' });

/** Every table of the context whose rows change. */
export const identityTables = [organisationTable, personTable];
