import type { Reach } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { BoardNumber, Count } from '../domain/board.js';

const idsShown = 50;

/** Counts over published views. The SQL comes from the catalogue of numbers in the domain room, never from a request. */
@Injectable()
export class BoardRepository {
  /** @throws when the relation is not there or does not answer within `timeoutMs`: the caller then says how old its last reading is. */
  async count(tx: Tx, number: BoardNumber, reach: Reach, timeoutMs: number): Promise<Count> {
    const manager = managerOf(tx);
    await manager.query(`SET LOCAL statement_timeout = ${String(timeoutMs)}`);
    const [mine, parameters] = this.condition(number, reach);
    const condition = `(${number.where}) AND ${mine}`;
    const groups: { by: string; n: string; since: Date | null }[] = await manager.query(
      `SELECT ${number.by === undefined ? `''` : `coalesce(${number.by}, '')`} AS by, count(*) AS n,
         ${number.since === undefined ? 'NULL::timestamptz' : `min(${number.since})`} AS since
       FROM ${number.relation} WHERE ${condition} GROUP BY 1 ORDER BY 1`,
      parameters,
    );
    const rows: { id: string }[] = await manager.query(
      `SELECT DISTINCT ${number.id}::text AS id FROM ${number.relation} WHERE ${condition} ORDER BY 1 DESC LIMIT ${String(idsShown)}`,
      parameters,
    );
    const times = groups.flatMap(({ since }) => (since === null ? [] : [since.toISOString()])).sort();
    return {
      value: groups.reduce((sum, { n }) => sum + Number(n), 0),
      by: number.by === undefined ? {} : Object.fromEntries(groups.map(({ by, n }) => [by, Number(n)])),
      ids: rows.map(({ id }) => id),
      since: times[0] ?? null,
    };
  }

  private condition(number: BoardNumber, reach: Reach): [string, unknown[]] {
    if (reach.everything) return ['true', []];
    if (number.agreement === undefined) return ['false', []];
    return [
      `${number.agreement} IN (SELECT mine.id FROM authorisations.v_authorisations mine
         WHERE mine.authority_id = ANY ($1::uuid[]) OR mine.unit_id = ANY ($2::uuid[]))`,
      [reach.authorityIds, reach.unitIds],
    ];
  }
}
