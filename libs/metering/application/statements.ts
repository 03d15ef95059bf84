import { assertSees, type ActContext, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import { METERING_CONFIG, type MeteringConfig } from '../config.js';
import { closesAt, lastClosable, type Month } from '../domain/period.js';
import { miscounted, statementOf } from '../domain/statement.js';
import { AgreementsView } from '../persistence/agreements.view.js';
import { LedgerRepository } from '../persistence/ledger.repository.js';
import type { StatementView } from '../contract.js';
import type { z } from 'zod';
import { statementView } from './views.js';
import { closeMonthsJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

@Injectable()
export class Statements {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly ledger: LedgerRepository,
    private readonly agreements: AgreementsView,
    @Inject(METERING_CONFIG) private readonly config: MeteringConfig,
  ) {}

  /** Recomputed from the entries each time it is asked for. @throws Refusal `metering.agreement-not-found`. */
  read(ctx: ActContext, authorisationId: Id, month: Month): Promise<z.input<typeof StatementView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const parties = await this.agreements.parties(tx, authorisationId);
      if (parties?.unitId === undefined) throw refuse('metering.agreement-not-found', { id: authorisationId });
      assertSees(ctx.actor, parties, ctx.at, refuse('metering.agreement-not-found', { id: authorisationId }));
      const entries = await this.ledger.ofMonth(tx, authorisationId, month);
      const statement = statementOf(authorisationId, month, entries);
      const kept = await this.ledger.statement(tx, authorisationId, month);
      return statementView({
        statement,
        unitId: parties.unitId,
        closedAt: kept?.closedAt ?? null,
        locked: kept !== undefined,
        digestWhenLocked: kept?.digest ?? null,
        agrees: miscounted(entries).length === 0 && (kept === undefined || kept.digest === statement.digest),
      });
    });
  }

  /** Locks every month of an agreement that has ended long enough ago (META-04). Running it again locks nothing twice. */
  closeMonths(ctx: ActContext, authorisationId: Id): Promise<readonly Month[]> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const account = await this.ledger.lockAccount(tx, authorisationId, 'update');
      const through = lastClosable(ctx.at, this.config.closeAfterDays);
      const open = await this.ledger.months(tx, authorisationId, account.closedThrough);
      const due = open.filter((month) => month <= through);
      const next = open.find((month) => month > through);
      if (next !== undefined)
        await tx.enqueue(closeMonthsJob, {
          key: authorisationId,
          unitId: account.unitId,
          dueAt: closesAt(next, this.config.closeAfterDays),
        });
      if (due.length === 0) return [];
      const statements = [];
      for (const month of due) statements.push(statementOf(authorisationId, month, await this.ledger.ofMonth(tx, authorisationId, month)));
      await this.ledger.close(
        tx,
        account,
        through,
        statements.map(({ month, digest, costFen, incomeFen }) => ({
          authorisationId,
          month,
          closedAt: ctx.at,
          digest,
          costFen,
          incomeFen,
        })),
      );
      for (const { month, digest, costFen, incomeFen } of statements)
        await tx.record({
          action: 'statement.closed',
          object: { kind: 'statement', id: authorisationId },
          unitId: account.unitId,
          authorisationId,
          details: { month, digest, costFen: costFen.toString(), incomeFen: incomeFen.toString() },
        });
      return due;
    });
  }

  /** Whether the newest locked statements still recompute to what was locked; for the compliance board. */
  lockedAgree(ctx: ActContext, limit: number): Promise<{ checked: number; differing: number }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const kept = await this.ledger.lastStatements(tx, limit);
      let differing = 0;
      for (const row of kept) {
        const entries = await this.ledger.ofMonth(tx, row.authorisationId, row.month);
        if (statementOf(row.authorisationId, row.month, entries).digest !== row.digest || miscounted(entries).length > 0) differing += 1;
      }
      return { checked: kept.length, differing };
    });
  }

  counts = (ctx: ActContext): Promise<{ entries: number; unpriced: number }> => this.unitOfWork.read(ctx, (tx) => this.ledger.counts(tx));
}
