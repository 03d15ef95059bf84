import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';

interface AgreementParties {
  readonly unitId: Id;
  readonly authorityId: Id | undefined;
}

/** The published view of authorisations: whose agreement it is. A sink imports no context, so it reads the view, where there is one. */
@Injectable()
export class AgreementsView {
  async present(tx: Tx): Promise<boolean> {
    const rows: { found: boolean }[] = await managerOf(tx).query(
      `SELECT to_regclass('authorisations.v_authorisations') IS NOT NULL AS found`,
    );
    return rows[0]?.found === true;
  }

  /** The parties of an agreement: from the view, or the unit alone from its account. @returns undefined for one that is not known. */
  async parties(tx: Tx, authorisationId: Id): Promise<AgreementParties | undefined> {
    const manager = managerOf(tx);
    const rows: { unitId: Id; authorityId: Id | null }[] = (await this.present(tx))
      ? await manager.query(
          'SELECT unit_id AS "unitId", authority_id AS "authorityId" FROM authorisations.v_authorisations WHERE id = $1',
          [authorisationId],
        )
      : await manager.query('SELECT unit_id AS "unitId", NULL AS "authorityId" FROM metering.accounts WHERE authorisation_id = $1', [
          authorisationId,
        ]);
    const row = rows[0];
    return row === undefined ? undefined : { unitId: row.unitId, authorityId: row.authorityId ?? undefined };
  }

  /** Authorities that have agreements and are not among these. */
  async authoritiesBeyond(tx: Tx, authorityIds: readonly Id[]): Promise<number> {
    if (!(await this.present(tx))) return 0;
    const rows: { n: string }[] = await managerOf(tx).query(
      'SELECT count(DISTINCT authority_id) AS n FROM authorisations.v_authorisations WHERE authority_id <> ALL ($1::uuid[])',
      [authorityIds],
    );
    return Number(rows[0]?.n);
  }

  /** SQL for the agreements that a person reaches, by the same parties as {@link parties}; its parameters are those of the reach. */
  async reached(tx: Tx): Promise<string> {
    return (await this.present(tx))
      ? 'SELECT id FROM authorisations.v_authorisations WHERE unit_id = ANY (:unitIds::uuid[]) OR authority_id = ANY (:authorityIds::uuid[])'
      : 'SELECT authorisation_id FROM metering.accounts WHERE unit_id = ANY (:unitIds::uuid[])';
  }
}
