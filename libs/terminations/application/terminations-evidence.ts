import { type Evidence, type EvidenceSource, type Instant, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { TerminationsRepository } from '../persistence/terminations.repository.js';

/** What the running system shows of destruction: certificates issued, cases that wait, deadlines that were missed. */
@Implements('evidence')
@Injectable()
export class TerminationsEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const standing = await this.unitOfWork.read(systemAct('terminations', 'termination.read', at), (tx) =>
      this.repository.standing(tx, at),
    );
    const { certified, open, overdue, lastDigest, lastAt } = standing;
    const none = certified + open === 0;
    return [
      {
        requirementId: 'DEST-01',
        state: none ? 'no-data' : overdue > 0 ? 'failing' : 'shown',
        what: `${String(open)} cases open, ${String(overdue)} past the configured deadline`,
        at,
      },
      {
        requirementId: 'DEST-03',
        state: lastDigest === null ? 'no-data' : 'shown',
        what: lastDigest === null ? 'no certificate yet' : `${String(certified)} certificates, the last ${lastDigest}`,
        at: lastAt ?? at,
      },
    ];
  }
}
