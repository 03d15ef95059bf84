import { addMs, type Evidence, type EvidenceSource, type Instant, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { RevocationsRepository } from '../persistence/revocations.repository.js';

/** A receipt that takes longer than this is shown as failing, with its open paths on the revocation. */
const receiptWithinMs = 60_000;

/** What the running system shows of seats: how many work, and how the last revocations ended. */
@Implements('evidence')
@Injectable()
export class SeatsEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: RevocationsRepository,
  ) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const { active, late, closed, last } = await this.unitOfWork.read(systemAct('seats', 'revocation.read', at), (tx) =>
      this.repository.standing(tx, addMs(at, -receiptWithinMs)),
    );
    const state = late > 0 ? 'failing' : last === null ? 'no-data' : 'shown';
    const receipts =
      last === null
        ? `no receipt yet, ${String(late)} late`
        : `${String(closed)} receipts, the last ${last.digest} within ${String(last.cutWithinMs)} ms; ${String(late)} late`;
    return [
      { requirementId: 'SEAT-01', state: active > 0 ? 'shown' : 'no-data', what: `${String(active)} active seats`, at },
      ...['SEAT-03', 'TERM-01'].map((requirementId): Evidence => ({ requirementId, state, what: receipts, at: last?.at ?? at })),
    ];
  }
}
