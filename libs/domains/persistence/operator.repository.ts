import type { Id, Instant, JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import {
  lookKinds,
  type ClusterOrder,
  type LookKind,
  type LookStanding,
  type LookSubject,
  type OrderKind,
  type ProbeRun,
  type Reconciliation,
} from '../domain/operator-work.js';

/** Orders to the operator, what it last saw, and the probes it asked. */
@Injectable()
export class OperatorRepository {
  /** Looks of a cut, placed in its own transaction. */
  async placeOfCut(tx: Tx, cutId: Id, orders: readonly Pick<ClusterOrder, 'id' | 'domainId' | 'kind'>[]): Promise<void> {
    await managerOf(tx).query(
      `INSERT INTO domains.cluster_orders (id, domain_id, kind, cut_id, requested_at, traceparent)
       SELECT placed.id, domain_id, kind, $1, clock_timestamp(), $2 FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS placed (id, domain_id, kind)`,
      [
        cutId,
        tx.context.traceparent ?? null,
        orders.map(({ id }) => id),
        orders.map(({ domainId }) => domainId),
        orders.map(({ kind }) => kind),
      ],
    );
  }

  /** Times of orders are the database's: what a cut rests on is compared with its commit. @returns when it was placed */
  async place(tx: Tx, order: Pick<ClusterOrder, 'id' | 'domainId' | 'kind'>): Promise<Instant> {
    const [row]: { at: Date }[] = await managerOf(tx).query(
      `INSERT INTO domains.cluster_orders (id, domain_id, kind, requested_at, traceparent) VALUES ($1, $2, $3, clock_timestamp(), $4)
       RETURNING requested_at AS at`,
      [order.id, order.domainId, order.kind, tx.context.traceparent ?? null],
    );
    return (row as { at: Date }).at.toISOString();
  }

  /** From here to the end of the transaction nobody else places an order of the kind for the domain in this way. */
  async alone(tx: Tx, domainId: Id, kind: OrderKind): Promise<void> {
    await managerOf(tx).query('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', [`domains.look ${kind}`, domainId]);
  }

  /** The newest answered and the newest open order of each subject, and its cut's own. */
  async newest(tx: Tx, subjects: readonly LookSubject[]): Promise<readonly LookStanding[]> {
    const newestWhere = (condition: string): string => `SELECT newest.* FROM subjects CROSS JOIN LATERAL (
        SELECT * FROM domains.cluster_orders o WHERE o.domain_id = subjects.domain_id AND o.kind = subjects.kind AND ${condition}
        ORDER BY o.requested_at DESC LIMIT 1) newest`;
    const rows: OrderRecord[] = await managerOf(tx).query(
      `WITH subjects AS (SELECT DISTINCT domain_id, kind FROM unnest($1::uuid[], $2::text[]) AS asked (domain_id, kind))
       ${newestWhere('o.done_at IS NULL')} UNION ALL ${newestWhere('o.done_at IS NOT NULL')}
       UNION SELECT * FROM domains.cluster_orders WHERE cut_id = ANY($3)`,
      [
        subjects.map(({ domainId }) => domainId),
        subjects.map(({ kind }) => kind),
        subjects.flatMap(({ cutId }) => (cutId === undefined ? [] : [cutId])),
      ],
    );
    const orders = rows.map(orderOf);
    return subjects.map(({ domainId, kind, cutId }) => {
      const [answered, open] = newestOf(orders.filter((order) => order.domainId === domainId && order.kind === kind));
      const own = orders.find(
        (order) => cutId !== undefined && order.cutId === cutId && order.domainId === domainId && order.kind === kind,
      );
      return { answered, open, own };
    });
  }

  /** The open looks of a domain, which begin with this: what is seen from here on was seen after every cut that they came from. */
  async beginLooks(tx: Tx, domainId: Id, kinds: readonly LookKind[]): Promise<ClusterOrder[]> {
    const [rows]: [OrderRecord[], number] = await managerOf(tx).query(
      'UPDATE domains.cluster_orders SET begun_at = clock_timestamp() WHERE domain_id = $1 AND done_at IS NULL AND kind = ANY($2) RETURNING *',
      [domainId, kinds],
    );
    return rows.map(orderOf);
  }

  async order(tx: Tx, id: Id): Promise<ClusterOrder | undefined> {
    return (await this.orders(tx, 'id = $1', [id]))[0];
  }

  open = (tx: Tx, domainId: Id): Promise<ClusterOrder[]> => this.orders(tx, 'domain_id = $1 AND done_at IS NULL', [domainId]);

  async answer(tx: Tx, ids: readonly Id[], answer: { readonly result?: JsonObject; readonly failure?: string }): Promise<void> {
    await managerOf(tx).query(
      'UPDATE domains.cluster_orders SET done_at = clock_timestamp(), result = $2, failure = $3 WHERE id = ANY($1) AND done_at IS NULL',
      [[...ids], answer.result === undefined ? null : JSON.stringify(answer.result), answer.failure ?? null],
    );
  }

  private async orders(tx: Tx, where: string, parameters: readonly unknown[]): Promise<ClusterOrder[]> {
    const rows: OrderRecord[] = await managerOf(tx).query(`SELECT * FROM domains.cluster_orders WHERE ${where} ORDER BY id`, [
      ...parameters,
    ]);
    return rows.map(orderOf);
  }

  /**
   * Says that what is wanted of a domain has changed. A row of its own, so that who rings waits for nobody: not for a pass that reports,
   * nor for others of the domain who ring and have not committed.
   */
  async ring(tx: Tx, domainId: Id): Promise<void> {
    await managerOf(tx).query('INSERT INTO domains.rings (domain_id) VALUES ($1)', [domainId]);
  }

  async ringAll(tx: Tx): Promise<void> {
    await managerOf(tx).query(`INSERT INTO domains.rings (domain_id) SELECT id FROM domains.operation_domains WHERE state <> 'destroyed'`);
  }

  /** Counts what was rung by now, before a pass reads what is wanted. Counted, not timed: a change that commits late is not mistaken for an old one. */
  async countRings(tx: Tx, domainId: Id): Promise<void> {
    await managerOf(tx).query(
      `WITH heard AS (DELETE FROM domains.rings WHERE domain_id = $1 RETURNING id)
       INSERT INTO domains.reconciliations (domain_id, wanted) SELECT $1, count(*) FROM heard HAVING count(*) > 0
       ON CONFLICT (domain_id) DO UPDATE SET wanted = domains.reconciliations.wanted + excluded.wanted, retry_at = NULL`,
      [domainId],
    );
  }

  /** Domains that should be looked at now, not at the next round. */
  async urgent(tx: Tx): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      `SELECT domain.id FROM domains.operation_domains domain LEFT JOIN domains.reconciliations pass ON pass.domain_id = domain.id
       WHERE domain.state <> 'destroyed' AND (EXISTS (SELECT 1 FROM domains.rings r WHERE r.domain_id = domain.id)
         OR pass.retry_at <= now()
         OR (pass.retry_at IS NULL
           AND (pass.wanted > pass.seen
             OR EXISTS (SELECT 1 FROM domains.cluster_orders o WHERE o.domain_id = domain.id AND o.done_at IS NULL AND o.kind <> ALL($1)))))`,
      [lookKinds],
    );
    return rows.map((row) => row.id);
  }

  /** Domains of whose zones somebody waits for a look. */
  async lookedFor(tx: Tx, kinds: readonly LookKind[]): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      'SELECT DISTINCT domain_id AS id FROM domains.cluster_orders WHERE done_at IS NULL AND kind = ANY($1)',
      [kinds],
    );
    return rows.map((row) => row.id);
  }

  async reconciliation(tx: Tx, domainId: Id): Promise<Reconciliation | undefined> {
    const rows: { wanted: string; seen: string; term: string; at: Date | null; steps: string[]; failure: string | null }[] =
      await managerOf(tx).query('SELECT wanted, seen, term, at, steps, failure FROM domains.reconciliations WHERE domain_id = $1', [
        domainId,
      ]);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { wanted, seen, term, at, steps, failure } = row;
    return { wanted: Number(wanted), seen: Number(seen), term: Number(term), at: at?.toISOString() ?? null, steps, failure };
  }

  /** Takes the domain's pass for a term; false where a later term has had it (the row stays locked until the transaction ends). */
  async claim(tx: Tx, domainId: Id, term: number): Promise<boolean> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      'UPDATE domains.reconciliations SET term = $2 WHERE domain_id = $1 AND term <= $2',
      [domainId, term],
    );
    return count === 1;
  }

  async report(
    tx: Tx,
    domainId: Id,
    pass: {
      readonly seen: number;
      readonly at: Instant;
      readonly steps: readonly string[];
      readonly failure: string | null;
      readonly retryAt: Instant | null;
    },
  ): Promise<void> {
    await managerOf(tx).query(
      'UPDATE domains.reconciliations SET seen = $2, at = $3, steps = $4, failure = $5, retry_at = $6 WHERE domain_id = $1',
      [domainId, pass.seen, pass.at, JSON.stringify(pass.steps), pass.failure, pass.retryAt],
    );
  }

  async keepRun(tx: Tx, run: ProbeRun): Promise<void> {
    const held = run.verdicts.filter((verdict) => verdict.holds).length;
    await managerOf(tx).query(
      'INSERT INTO domains.probe_runs (id, domain_id, ran_at, asked, held, verdicts) VALUES ($1, $2, $3, $4, $5, $6)',
      [run.id, run.domainId, run.at, run.verdicts.length, held, JSON.stringify(run.verdicts)],
    );
  }

  async lastRun(tx: Tx, domainId: Id): Promise<ProbeRun | undefined> {
    const rows: { id: Id; ran_at: Date; verdicts: ProbeRun['verdicts'] }[] = await managerOf(tx).query(
      'SELECT id, ran_at, verdicts FROM domains.probe_runs WHERE domain_id = $1 ORDER BY ran_at DESC, id DESC LIMIT 1',
      [domainId],
    );
    const [row] = rows;
    return row === undefined ? undefined : { id: row.id, domainId, at: row.ran_at.toISOString(), verdicts: row.verdicts };
  }

  /** The newest run of every domain that people or runs may be in. */
  async lastRunsInUse(tx: Tx): Promise<ProbeRun[]> {
    const rows: { id: Id; domain_id: Id; ran_at: Date; verdicts: ProbeRun['verdicts'] }[] = await managerOf(tx).query(
      `SELECT run.* FROM domains.operation_domains domain CROSS JOIN LATERAL (
         SELECT id, domain_id, ran_at, verdicts FROM domains.probe_runs WHERE domain_id = domain.id ORDER BY ran_at DESC, id DESC LIMIT 1) run
       WHERE domain.state IN ('ready', 'degraded') ORDER BY run.domain_id`,
    );
    return rows.map((row) => ({ id: row.id, domainId: row.domain_id, at: row.ran_at.toISOString(), verdicts: row.verdicts }));
  }
}

interface OrderRecord {
  readonly id: Id;
  readonly domain_id: Id;
  readonly kind: OrderKind;
  readonly requested_at: Date;
  readonly begun_at: Date | null;
  readonly done_at: Date | null;
  readonly result: JsonObject | null;
  readonly failure: string | null;
  readonly traceparent: string | null;
  readonly cut_id: Id | null;
}
/** The newest that is answered and the newest that is open. */
function newestOf(orders: readonly ClusterOrder[]): readonly [ClusterOrder | undefined, ClusterOrder | undefined] {
  const newestFirst = orders.toSorted((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
  return [newestFirst.find(({ doneAt }) => doneAt !== null), newestFirst.find(({ doneAt }) => doneAt === null)];
}
const orderOf = (row: OrderRecord): ClusterOrder => ({
  id: row.id,
  domainId: row.domain_id,
  kind: row.kind,
  requestedAt: row.requested_at.toISOString(),
  begunAt: row.begun_at?.toISOString() ?? null,
  doneAt: row.done_at?.toISOString() ?? null,
  result: row.result,
  failure: row.failure,
  traceparent: row.traceparent,
  cutId: row.cut_id,
});
