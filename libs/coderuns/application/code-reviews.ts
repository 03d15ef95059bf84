import { Standings } from '#identity';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { assertMayRunOnRaw } from '../domain/decisions.js';
import type { SubmissionRow } from '../persistence/entities.js';

/** Whether code may touch raw data now: by its review, and by who gave that. */
@Injectable()
export class CodeReviews {
  constructor(private readonly standings: Standings) {}

  /** @throws Refusal `coderuns.not-reviewed`, `coderuns.training-on-raw`, `identity.earlier-say-fell` while the reviewer is locked */
  async assertMayRunOnRaw(tx: Tx, submission: SubmissionRow): Promise<void> {
    assertMayRunOnRaw(submission);
    if (submission.reviewedBy !== null) await this.standings.assertNotLocked(tx, submission.reviewedBy);
  }
}
