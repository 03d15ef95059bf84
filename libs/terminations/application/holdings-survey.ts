import { type Clock, type Holding, type HoldingScope, type HeldItem, type Id, Refusal } from '#kernel';
import { CLOCK } from '#platform/http';
import { Seams } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { destructionOrder } from '../domain/destruction.js';
import { type Inventory, reconcile, type ViewReport } from '../domain/inventory.js';
import type { RecoveryAttempt } from '../domain/recovery.js';
import type { TerminationRow } from '../persistence/entities.js';

/** Names no domain: where one scenario ends alone, the domain that the others work in is not touched (SUSP-05). */
const noDomain: Id = '00000000-0000-4000-8000-000000000000';
const wholeDomain = (row: TerminationRow): boolean => row.scope.kind === 'authorisation' && row.domainId !== null;

export const scopeOf = (row: TerminationRow): HoldingScope => ({
  domainId: wholeDomain(row) && row.domainId !== null ? row.domainId : noDomain,
  authorisationId: row.authorisationId,
  scenarioIds: row.scenarioIds,
});

/** The code of a refusal, or the name of an error: never its text, which may hold what it was about. */
export const causeOf = (fault: unknown): string =>
  fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'unknown';

/** Asks every context what it holds and whether it can get something back. A context that cannot answer is named, not left out. */
@Injectable()
export class HoldingsSurvey {
  constructor(
    private readonly seams: Seams,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** In the order in which they are destroyed; the cluster's own is asked where the whole domain ends. */
  holdings(row: TerminationRow): readonly Holding[] {
    const all = destructionOrder(this.seams.all('holding'));
    return wholeDomain(row) ? all : all.filter(({ order }) => order !== 'workloads');
  }

  async inventory(row: TerminationRow): Promise<Inventory> {
    const reports = await Promise.all(this.holdings(row).map((holding) => this.view(holding, scopeOf(row))));
    return reconcile(reports, this.clock.now());
  }

  async left(holding: Holding, row: TerminationRow): Promise<{ items: readonly HeldItem[]; failure: string | null }> {
    const { items, failure } = await this.view(holding, scopeOf(row));
    return { items, failure };
  }

  /** Tries once more to get something back from every holding. An attempt that itself fails shows nothing and is said as such. */
  async attempts(row: TerminationRow): Promise<readonly RecoveryAttempt[]> {
    const made = await Promise.all(
      this.holdings(row).map(async (holding): Promise<RecoveryAttempt[]> => {
        const answers = await holding.attemptRecovery(scopeOf(row));
        const at = this.clock.now();
        return answers.map(({ how, recovered, answer }) => ({ holding: holding.name, how, at, recovered, answer }));
      }),
    );
    return made.flat();
  }

  private async view(holding: Holding, scope: HoldingScope): Promise<ViewReport> {
    try {
      return { source: holding.name, items: await holding.inventory(scope), failure: null };
    } catch (fault) {
      return { source: holding.name, items: [], failure: causeOf(fault) };
    }
  }
}
