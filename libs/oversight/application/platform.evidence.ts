import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { ENGINE, notIsolatedBecause, orphanAttempt, type Engine } from '#platform/engine';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { OperationsRepository } from '../persistence/operations.repository.js';
import { RoleHoldersRepository } from '../persistence/role-holders.repository.js';

const hours = 24;

/** What the platform itself shows: the guards that stand in the database now, refusals of the last day, vendors kept from data. */
@Implements('evidence')
@Injectable()
export class PlatformEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operations: OperationsRepository,
    private readonly holders: RoleHoldersRepository,
    @Inject(ENGINE) private readonly engine: Engine,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const ctx = systemAct('oversight', 'staffing.read', at);
    const { guards, refused, vendors } = await this.unitOfWork.read(ctx, async (tx) => ({
      guards: await this.operations.guards(tx),
      refused: await this.operations.refusedSince(tx, hours),
      vendors: await this.holders.vendorsWithDataRoles(tx, at),
    }));
    return [
      {
        requirementId: 'AUD-06',
        state: guards.appendOnly === 2 && guards.guarded > 0 ? 'shown' : 'failing',
        what: `${String(guards.guarded)} state tables refuse a change without its journal row; the journal is ${guards.appendOnly === 2 ? '' : 'NOT '}append-only`,
        at,
      },
      {
        requirementId: 'ACC-02',
        state: 'shown',
        what: `every route is declared, or the API does not start; ${String(refused)} refused acts in ${String(hours)} hours, each with an audit entry`,
        at,
      },
      {
        requirementId: 'ACC-06',
        state: vendors === 0 ? 'shown' : 'failing',
        what: `${String(vendors)} people of vendors hold a role that reaches data`,
        at,
      },
      { requirementId: 'MOD-03', ...this.isolation(), at },
    ];
  }
  /** As this process measured it when it started: what a run could try behind the walls, and what the kernel answered. */
  private isolation(): Pick<Evidence, 'state' | 'what'> {
    const { state, by, rows } = this.engine.isolation;
    const orphan = rows.find(({ attempt }) => attempt === orphanAttempt)?.answer ?? 'unknown';
    const death = `when its parent was killed: ${orphan}; a killed worker leaves ${this.engine.remains}`;
    return state === 'shown'
      ? {
          state: 'shown',
          what: `the engine's processes are isolated by ${by}: ${String(rows.length)} attempts to get out were refused at start; ${death}`,
        }
      : { state: 'failing', what: `the engine's processes are not isolated: ${notIsolatedBecause(this.engine.isolation)}; ${death}` };
  }
}
