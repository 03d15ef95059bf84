import { systemAct } from '#kernel';
import type { Evidence, EvidenceSource, Instant } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { DatasetsRepository } from '../persistence/datasets.repository.js';

/** What the catalogue shows of the requirements right now. */
@Implements('evidence')
@Injectable()
export class DatasetsEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DatasetsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const { active, undecided, stale } = await this.unitOfWork.read(systemAct('datasets', 'dataset.listed', at), (tx) =>
      this.repository.figures(tx),
    );
    const state = (failing: boolean): Evidence['state'] => (active === 0 ? 'no-data' : failing ? 'failing' : 'shown');
    return [
      { requirementId: 'CLS-02', state: state(false), what: `${String(active)} datasets, each with grade, conditions and contact`, at },
      {
        requirementId: 'CLS-04',
        state: state(undecided > 0),
        what: `${String(undecided)} datasets with undecided fields, treated as sensitive`,
        at,
      },
      { requirementId: 'REQ-10', state: state(stale > 0), what: `${String(stale)} datasets older than their promised frequency`, at },
    ];
  }
}
