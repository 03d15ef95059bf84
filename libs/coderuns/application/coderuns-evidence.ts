import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';

/** What the running system shows of MOD-02 and MOD-03: no run over raw data of code that was not reviewed, or that trains. */
@Implements('evidence')
@Injectable()
export class CodeRunsEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: CodeRunsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const { runs, production } = await this.unitOfWork.read(systemAct('coderuns', 'code-run.listed', at), (tx) => this.runs.unreviewed(tx));
    const state = runs > 0 ? 'failing' : production === 0 ? 'no-data' : 'shown';
    const what = `${String(production)} runs over raw data, ${String(runs)} of them of code that was not reviewed as it ran, or that trains`;
    return ['MOD-02', 'MOD-03'].map((requirementId) => ({ requirementId, state, what, at }));
  }
}
