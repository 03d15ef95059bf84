import { RowTable, StateTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { roleProposalTransitions } from '../domain/role-proposal.states.js';
import { lockTransitions } from '../domain/person-lock.js';
import { OrganisationRow, PersonLockRow, PersonRow, RoleProposalRow } from './entities.js';

/**
 * The organisations a person belongs to at the moment: an authority reaches people of what stands under it, a former one nobody any
 * more (ADM-03).
 */
const answersTo = `SELECT belongs.organisation_id FROM identity.affiliations belongs
  WHERE belongs.person_id = row.id AND belongs.valid_from <= :at AND (belongs.valid_until IS NULL OR belongs.valid_until > :at)`;

export const organisationTable = new RowTable(OrganisationRow, { parties: 'everyone', what: 'organisation', refuse });
export const personTable = new RowTable(PersonRow, {
  parties: { authorityId: { ids: answersTo }, personId: 'id' },
  what: 'person',
  refuse,
});

/** Seen by whose region the role would decide in, and by whose role it would be. */
export const roleProposalTable = new StateTable(RoleProposalRow, {
  parties: { authorityId: 'organisationId', personId: 'personId' },
  what: 'role-proposal',
  refuse,
  transitions: roleProposalTransitions,
  initial: ['proposed'],
});

/** Read with their person, so they have no list of their own. */
export const personLockTable = new StateTable(PersonLockRow, {
  what: 'person-lock',
  refuse,
  ifMatchApplies: false,
  transitions: lockTransitions,
  initial: ['locked'],
});

/** Every table of the context whose rows change. */
export const identityTables = [organisationTable, personTable, roleProposalTable, personLockTable];
