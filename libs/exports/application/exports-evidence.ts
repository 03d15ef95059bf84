import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { RequestsRepository } from '../persistence/requests.repository.js';

/** For the compliance board: whether every release that happened has the checks, the reviewers and the releaser that the rules ask for. */
@Implements('evidence')
@Injectable()
export class ExportsEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const found = await this.unitOfWork.read(systemAct('exports', 'export-request.listed', at), (tx) => this.requests.tally(tx));
    const about = (requirementId: string, broken: number, what: string): Evidence => ({
      requirementId,
      state: found.released === 0 ? 'no-data' : broken === 0 ? 'shown' : 'failing',
      what,
      at,
    });
    const releases = `of ${String(found.released)} releases`;
    return [
      about('EXP-01', found.withoutReview, `${String(found.withoutReview)} ${releases} without two agreeing reviews`),
      {
        requirementId: 'EXP-02',
        state: found.checked === 0 ? 'no-data' : found.overVeto === 0 ? 'shown' : 'failing',
        what: `${String(found.vetoed)} requests vetoed, ${String(found.overVeto)} released over a veto`,
        at,
      },
      about('EXP-05', found.withoutAuthority, `${String(found.withoutAuthority)} ${releases} without a review by the authority`),
      about(
        'EXP-06',
        found.selfReleased,
        `${String(found.selfReleased)} ${releases} by a reviewer or the requester; manifests bind digests of files, policy and lineage`,
      ),
    ];
  }
}
