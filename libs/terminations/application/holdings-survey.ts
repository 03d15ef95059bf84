import { codeOf, type Clock, type HeldItem, type Holding, type HoldingName, holdingNames, type HoldingScope, type Id } from '#kernel';
import { CLOCK } from '#platform/http';
import { failureOf } from '#platform/readback';
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

  /** Those that must be asked, whether or not somebody composed them: one that is missing keeps the case from its certificate. */
  expected(row: TerminationRow): readonly HoldingName[] {
    return holdingNames.filter((name) => wholeDomain(row) || name !== 'cluster');
  }

  async inventory(row: TerminationRow): Promise<Inventory> {
    const reports = await Promise.all(this.holdings(row).map((holding) => this.view(holding, scopeOf(row))));
    return reconcile(reports, this.clock.now());
  }

  async left(holding: Holding, row: TerminationRow): Promise<{ items: readonly HeldItem[]; failure: string | null }> {
    const { items, failure } = await this.view(holding, scopeOf(row));
    return { items, failure };
  }

  /** Tries to get something back from every holding. One that cannot even try is unknown and says so. */
  async attempts(row: TerminationRow): Promise<readonly RecoveryAttempt[]> {
    const made = await Promise.all(
      this.holdings(row).map(async (holding): Promise<RecoveryAttempt[]> => {
        const { name } = holding;
        try {
          const tries = await holding.readBack(scopeOf(row));
          const at = this.clock.now();
          return tries.map((one) => ({ holding: name, at, ...one }));
        } catch (fault) {
          return [
            {
              holding: name,
              at: this.clock.now(),
              how: 'ask what can be got back',
              outcome: 'unknown',
              answer: codeOf(fault),
              store: null,
            },
          ];
        }
      }),
    );
    return made.flat();
  }

  private async view(holding: Holding, scope: HoldingScope): Promise<ViewReport> {
    try {
      return { source: holding.name, items: await holding.list(scope), failure: null };
    } catch (fault) {
      return { source: holding.name, items: [], failure: failureOf(fault) };
    }
  }
}
