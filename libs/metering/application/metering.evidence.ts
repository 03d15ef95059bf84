import { systemAct, type Evidence, type EvidenceSource, type Instant } from '#kernel';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { Statements } from './statements.js';

const statementsChecked = 20;

/** Live evidence for charges and statements: what is unpriced is said, and locked statements are recomputed. */
@Implements('evidence')
@Injectable()
export class MeteringEvidence implements EvidenceSource {
  constructor(private readonly statements: Statements) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const ctx = systemAct('metering', 'statement.read', at);
    const { entries, unpriced } = await this.statements.counts(ctx);
    const { checked, differing } = await this.statements.lockedAgree(ctx, statementsChecked);
    return [
      {
        requirementId: 'META-02',
        state: entries === 0 ? 'no-data' : 'shown',
        what: `${String(entries)} ledger entries, ${String(unpriced)} of them unpriced and listed`,
        at,
      },
      {
        requirementId: 'META-04',
        state: checked === 0 ? 'no-data' : differing === 0 ? 'shown' : 'failing',
        what: `${String(checked)} locked statements recomputed, ${String(differing)} differ from what was locked`,
        at,
      },
    ];
  }
}
