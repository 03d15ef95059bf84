import { type Id, type Instant } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Begun, type Move } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { RoleProposalState, roleProposalTransitions } from '../domain/role-proposal.states.js';
import { allSides, type Side, type Staffing } from '../domain/role-proposal.js';
import type { RoleProposalRow } from './entities.js';
import { roleProposalTable } from './tables.js';
import { refuse } from '../domain/refusals.js';

@Injectable()
export class RoleProposalsRepository {
  private readonly table = roleProposalTable;

  insert = (tx: Tx, row: Begun<RoleProposalRow, 'proposed'>): Promise<RoleProposalRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<RoleProposalRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<RoleProposalRow> => this.table.lock(tx, id);
  move = (tx: Tx, row: RoleProposalRow, change: Move<RoleProposalRow, typeof roleProposalTransitions>): Promise<RoleProposalRow> =>
    this.table.move(tx, row, change);
  page = (tx: Tx, state: RoleProposalState | undefined, request: PageRequest): Promise<Page<RoleProposalRow>> =>
    this.table.page(tx, { state }, request);
  assertSees = (tx: Tx, row: RoleProposalRow): Promise<void> => this.table.assertSees(tx, row);

  /** Who ever held the offices that decide on roles for an organisation, and which stand empty now, the receiver and locked people left out. */
  async staffing(tx: Tx, organisationId: Id, receiverId: Id, at: Instant): Promise<Staffing> {
    const rows: { role: Side; ever: string; now: string }[] = await managerOf(tx).query(
      `WITH RECURSIVE above AS (
         SELECT id, parent_id FROM identity.organisations WHERE id = $1
         UNION SELECT superior.id, superior.parent_id FROM identity.organisations superior JOIN above ON above.parent_id = superior.id)
       SELECT held.role, count(DISTINCT held.person_id) AS ever,
         count(DISTINCT held.person_id) FILTER (WHERE held.person_id <> $2
           AND held.person_id NOT IN (SELECT person_id FROM identity.v_locked_people)
           AND held.valid_from <= $3 AND (held.valid_until IS NULL OR held.valid_until > $3)
           AND belongs.valid_from <= $3 AND (belongs.valid_until IS NULL OR belongs.valid_until > $3)) AS now
       FROM identity.role_grants held JOIN identity.affiliations belongs ON belongs.id = held.affiliation_id
       WHERE held.role IN ('security-admin', 'audit-admin', 'platform-operator')
         OR (held.role = 'authority' AND held.scope->>'authorityId' IN (SELECT id::text FROM above))
       GROUP BY held.role`,
      [organisationId, receiverId, at],
    );
    const ever = (role: Side): number => Number(rows.find((row) => row.role === role)?.ever ?? 0);
    const vacant = allSides.filter((side) => Number(rows.find(({ role }) => role === side)?.now ?? 0) === 0);
    return { securityAdmins: ever('security-admin'), auditAdmins: ever('audit-admin'), authorities: ever('authority'), vacant };
  }

  /** Once in the life of a database, whoever comes first. @throws Refusal `identity.already-bootstrapped`. */
  async beginInstallation(tx: Tx, id: Id, at: Instant): Promise<void> {
    const manager = managerOf(tx);
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.bootstrap'))`);
    const found: unknown[] = await manager.query(
      `SELECT 1 FROM identity.installation
       UNION ALL SELECT 1 FROM identity.role_grants WHERE role IN ('platform-operator', 'security-admin', 'audit-admin')`,
    );
    if (found.length > 0) throw refuse('identity.already-bootstrapped');
    await manager.query('INSERT INTO identity.installation (id, bootstrapped_at) VALUES ($1, $2)', [id, at]);
  }
}
