import type { Dependency, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { DataSource } from 'typeorm';
import type { WorkRow } from './claims.js';

/** Ordered anew while it ran, or asked for by the run itself: whichever is earlier; NULL for neither. */
const againAt = 'least(again_at, $3::timestamptz)';
const mine = `id = $1 AND state = 'leased' AND lease_owner = $2`;
const free = 'lease_owner = NULL, lease_until = NULL';

/** The work is no longer this try's: it was cancelled, or its lease lapsed and another may have it. Nothing that it made counts. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * How a try of leased work ends, for its row. Each is one statement that counts only while the lease is the try's own, so a try that
 * was overtaken changes nothing. @returns whether it counted
 */
export class TryEnds {
  constructor(private readonly dataSource: DataSource) {}

  /** It came to its end; due once more where that was asked for meanwhile. */
  done({ id, lease_owner }: WorkRow, again: Instant | undefined): Promise<boolean> {
    return this.write(
      `state = CASE WHEN ${againAt} IS NULL THEN 'done' ELSE 'due' END, due_at = coalesce(${againAt}, due_at), again_at = NULL, rung_at = NULL,
       finished_at = CASE WHEN ${againAt} IS NULL THEN now() END, attempts = CASE WHEN ${againAt} IS NULL THEN attempts ELSE 0 END,
       losses = CASE WHEN ${againAt} IS NULL THEN losses ELSE 0 END, last_error = NULL, waits_for = NULL, waits_since = NULL, ${free}`,
      [id, lease_owner, again ?? null],
    );
  }

  /** The worker stops: whoever takes it next begins where this try did. */
  givenBack({ id, lease_owner }: WorkRow): Promise<boolean> {
    return this.write(`state = 'due', due_at = now(), rung_at = NULL, ${free}`, [id, lease_owner]);
  }

  /**
   * Its lease lapsed while this worker was cut off from the database, and lives: it was not lost, whatever the relay took it for.
   */
  async lived({ id }: WorkRow): Promise<void> {
    await this.dataSource.query(`UPDATE platform.work SET losses = greatest(losses - 1, 0) WHERE id = $1 AND state IN ('due', 'leased')`, [
      id,
    ]);
  }

  /** By its own fault; tried again after a pause that doubles each time. */
  failed({ id, lease_owner }: WorkRow, code: string, pause: { readonly first: number; readonly most: number }): Promise<boolean> {
    return this.write(
      `state = 'due', due_at = now() + make_interval(secs => least($3 * 2 ^ least(attempts, 20), $4)), attempts = attempts + 1, rung_at = NULL,
       last_error = $5, waits_for = NULL, waits_since = NULL, ${free}`,
      [id, lease_owner, pause.first, pause.most, code],
    );
  }

  /** For a dependency that is away: it costs nothing, and the pause grows with the time that was waited. */
  waits(
    { id, lease_owner }: WorkRow,
    code: string,
    dependency: Dependency,
    pause: { readonly first: number; readonly most: number },
  ): Promise<boolean> {
    const since = 'CASE WHEN waits_for = $3 THEN waits_since ELSE now() END';
    return this.write(
      `state = 'due', waits_since = ${since}, waits_for = $3, rung_at = NULL, last_error = $6,
       due_at = now() + make_interval(secs => least(greatest(extract(epoch FROM now() - ${since})::float / 2, $4), $5) * (0.8 + random() * 0.4)),
       ${free}`,
      [id, lease_owner, dependency, pause.first, pause.most, code],
    );
  }

  /** It is over, and its subject has ended in this transaction. @throws LeaseLost where the work is another's, so that nothing ends */
  async over(tx: Tx, { id, lease_owner }: WorkRow, code: string): Promise<void> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE platform.work SET state = 'dead', last_error = $3, finished_at = now(), again_at = NULL, rung_at = NULL, ${free} WHERE ${mine}`,
      [id, lease_owner, code],
    );
    if (count === 0) throw new LeaseLost(id);
  }

  /** For the transaction in which a try's result counts: the lease is its own until the commit. @throws LeaseLost */
  async assertHeld(tx: Tx, { id, lease_owner }: WorkRow): Promise<void> {
    const held: unknown[] = await managerOf(tx).query(`SELECT 1 FROM platform.work WHERE ${mine} FOR UPDATE`, [id, lease_owner]);
    if (held.length === 0) throw new LeaseLost(id);
  }

  private async write(change: string, parameters: readonly unknown[]): Promise<boolean> {
    const [, count]: [unknown, number] = await this.dataSource.query(`UPDATE platform.work SET ${change} WHERE ${mine}`, [...parameters]);
    return count === 1;
  }
}
