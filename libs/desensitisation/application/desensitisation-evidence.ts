import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { RunsRepository } from '../persistence/runs.repository.js';

/** What the running system shows of DES-02, DES-03 and DES-04: counted over all runs. */
@Implements('evidence')
@Injectable()
export class DesensitisationEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const { succeeded, failed, unproven, last } = await this.unitOfWork.read(
      systemAct('desensitisation', 'desensitisation-run.listed', at),
      (tx) => this.runs.ended(tx),
    );
    const state = unproven > 0 ? 'failing' : succeeded === 0 ? 'no-data' : 'shown';
    const what = `${String(succeeded)} published, each with a passed proof; ${String(failed)} failed and not published; ${String(unproven)} without proof; last ${last ?? 'never'}`;
    return ['DES-02', 'DES-03', 'DES-04'].map((requirementId) => ({ requirementId, state, what, at }));
  }
}
