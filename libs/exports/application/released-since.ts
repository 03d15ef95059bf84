import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { CheckResult } from '../domain/check.js';
import { refuse } from '../domain/refusals.js';
import type { CheckRoundRow, ExportRequestRow } from '../persistence/entities.js';
import { PoliciesRepository } from '../persistence/policies.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { SealedTables } from './sealed-tables.js';

/** What was let out for the scenario since a request was checked, and therefore stands in no check of it. */
export interface Unseen {
  readonly row: ExportRequestRow;
  readonly threshold: number;
  readonly released: readonly ExportRequestRow[];
}
/** The released tables that a request was compared with since its check, and whether what was found voids its review. */
export interface Compared {
  readonly requests: ReadonlySet<Id>;
  readonly tells: boolean;
}

/** Two requests may be checked at once and see nothing of one another: what left in between is compared before a release, and under its lock. */
@Injectable()
export class ReleasedSince {
  constructor(
    private readonly requests: RequestsRepository,
    private readonly policies: PoliciesRepository,
    private readonly sealed: SealedTables,
  ) {}

  async unseen(tx: Tx, row: ExportRequestRow): Promise<Unseen> {
    const seen = new Set(seenBy(await this.requests.round(tx, row.id, row.round)));
    const released = await this.requests.released(tx, row.scenarioId);
    return {
      row,
      threshold: (await this.policies.current(tx)).smallCell,
      released: released.filter(({ id, files }) => id !== row.id && !files.every((file) => seen.has(file.id))),
    };
  }

  /** Outside any transaction. What cannot be compared counts as telling: people have to see it. */
  async compare({ row, threshold, released }: Unseen): Promise<Compared> {
    const requests = new Set(released.map(({ id }) => id));
    if (released.length === 0) return { requests, tells: false };
    const own = await this.sealed.of(row);
    const found = own === undefined ? [undefined] : await this.sealed.compare(own, released, threshold);
    return { requests, tells: found.some((one) => one === undefined || one.small > 0 || one.recomputed > 0 || !one.complete) };
  }

  /**
   * Holds other releases of the scenario up to the end of the transaction.
   * @returns whether nothing else left since it was compared
   * @throws Refusal `export.vetoed` where what left since it was checked used the budget up
   */
  async holds(tx: Tx, row: ExportRequestRow, compared: Compared): Promise<boolean> {
    await this.requests.releasing(tx, row.scenarioId);
    const { released } = await this.unseen(tx, row);
    if (released.some(({ id }) => !compared.requests.has(id))) return false;
    const budget = await this.policies.budget(tx, row.scenarioId);
    const spent = await this.requests.spent(tx, row.scenarioId, row.id, ['released', 'expired']);
    const { bytes, rows } = row.volume ?? { bytes: 0, rows: 0 };
    if (budget !== undefined && (spent.bytes + bytes > budget.bytes || spent.rows + rows > budget.rows))
      throw refuse('export.vetoed', { id: row.id, checks: ['volume'] });
    return true;
  }
}

/** The files that a round of checks was compared with, as its evidence names them. */
function seenBy(round: CheckRoundRow | undefined): readonly Id[] {
  const check = round?.checks.find((one: CheckResult) => one.check === 'differencing');
  const against = check?.evidence['against'];
  return Array.isArray(against) ? against.filter((one) => typeof one === 'string') : [];
}
