import type { Instant, Role } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Holder } from '../domain/staffing.js';

@Injectable()
export class RoleHoldersRepository {
  /** People who hold roles at a moment by an affiliation in force now and are not locked, from identity's published views. */
  async at(tx: Tx, at: Instant): Promise<Holder[]> {
    const rows: { personId: string; roles: Role[]; ofUnit: boolean }[] = await managerOf(tx).query(
      `SELECT person_id AS "personId", array_agg(DISTINCT role) AS roles, bool_or(organisation_kind = 'unit') AS "ofUnit"
       FROM identity.v_role_holders WHERE valid_from <= $1::timestamptz AND (valid_until IS NULL OR valid_until > $1::timestamptz)
         AND person_id NOT IN (SELECT person_id FROM identity.v_locked_people)
       GROUP BY person_id ORDER BY person_id`,
      [at],
    );
    return rows;
  }

  /** People of vendors who hold a role that reaches data; always 0 while ACC-06 stands. */
  async vendorsWithDataRoles(tx: Tx, at: Instant): Promise<number> {
    const rows: { n: string }[] = await managerOf(tx).query(
      `SELECT count(DISTINCT person_id) AS n FROM identity.v_role_holders WHERE organisation_kind = 'vendor'
         AND role IN ('authority', 'provider', 'unit-manager', 'unit-developer', 'export-reviewer')
         AND valid_from <= $1::timestamptz AND (valid_until IS NULL OR valid_until > $1::timestamptz)`,
      [at],
    );
    return Number(rows[0]?.n);
  }
}
