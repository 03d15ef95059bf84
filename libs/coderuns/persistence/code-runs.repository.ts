import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import type { RunScope } from '#seats';
import { type OpenRunState, openRunStates } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import type { runTransitions } from '#seats/contract';
import { CodeRunRow } from './entities.js';
import { codeRunTable } from './tables.js';

@Injectable()
export class CodeRunsRepository {
  private readonly table = codeRunTable;

  insert = (tx: Tx, row: Begun<CodeRunRow, 'queued'>): Promise<CodeRunRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<CodeRunRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<CodeRunRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: CodeRunRow, change: Change<CodeRunRow>): Promise<CodeRunRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: CodeRunRow, change: Move<CodeRunRow, typeof runTransitions>): Promise<CodeRunRow> =>
    this.table.move(tx, row, change);
  page = (tx: Tx, scenarioId: Id | undefined, request: PageRequest): Promise<Page<CodeRunRow>> =>
    this.table.page(tx, { scenarioId }, request);

  /** Open runs of a scope, locked in the order in which everyone locks them. */
  async lockOpen(tx: Tx, scope: RunScope, states: readonly OpenRunState[] = openRunStates): Promise<CodeRunRow[]> {
    const query = managerOf(tx).createQueryBuilder(CodeRunRow, 'run').where('run.state = ANY(:states)', { states });
    for (const [name, value] of Object.entries(scope)) query.andWhere(`run.${name} = :${name}`, { [name]: value });
    return query.orderBy('run.id').setLock('pessimistic_write').getMany();
  }

  /** Runs of some scenarios that left a result. */
  withResult = (tx: Tx, scenarioIds: readonly Id[]): Promise<CodeRunRow[]> =>
    managerOf(tx)
      .createQueryBuilder(CodeRunRow, 'run')
      .where('run.scenarioId = ANY(:scenarioIds) AND run.objectKey IS NOT NULL', { scenarioIds })
      .orderBy('run.id')
      .getMany();

  /** Production runs of code that no one reviewed, or another code than was reviewed: there must be none (MOD-03). */
  async unreviewed(tx: Tx): Promise<{ runs: number; production: number }> {
    const rows: { runs: number; production: number }[] = await managerOf(tx).query(
      `SELECT count(*) FILTER (WHERE s.state <> 'reviewed' OR s.digest <> r.code_digest OR s.purpose = 'train')::int AS runs, count(*)::int AS production
       FROM coderuns.runs r JOIN coderuns.submissions s ON s.id = r.submission_id WHERE r.mode = 'production'`,
    );
    return rows[0] ?? { runs: 0, production: 0 };
  }
}
