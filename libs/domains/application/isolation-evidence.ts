import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { OperatorRepository } from '../persistence/operator.repository.js';

const requirements = ['ISO-01', 'ISO-02', 'ISO-03', 'ISO-04', 'ISO-05', 'SEAT-05'];

/** For the compliance board: what the last probes of every domain in use said about each requirement. */
@Implements('evidence')
@Injectable()
export class IsolationEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operator: OperatorRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const runs = await this.unitOfWork.read(systemAct('domains', 'domain.probes-read', at), (tx) => this.operator.lastRunsInUse(tx));
    const oldest = runs.map((run) => run.at).sort()[0];
    return requirements.map((requirementId) => {
      const verdicts = runs.flatMap((run) => run.verdicts).filter((verdict) => verdict.requirements.includes(requirementId));
      const failing = verdicts.filter((verdict) => !verdict.holds);
      const state = verdicts.length === 0 ? 'no-data' : failing.length === 0 ? 'shown' : 'failing';
      const first = failing[0];
      const what = `${String(verdicts.length)} probes in ${String(runs.length)} domains, ${String(failing.length)} not refused as expected${first === undefined ? '' : ` (${first.namespace}: ${first.probe})`}`;
      return { requirementId, state, what, at: oldest ?? at };
    });
  }
}
