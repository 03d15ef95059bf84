import { type Evidence, type EvidenceSource, type Instant, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { KeptMonths } from './kept-months.js';
import { NetworkLogs } from './network-logs.js';

/** What the network logs show of themselves on the compliance board. */
@Implements('evidence')
@Injectable()
export class NetworkLogEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly months: KeptMonths,
    private readonly logs: NetworkLogs,
  ) {}

  evidence(at: Instant): Promise<readonly Evidence[]> {
    return this.unitOfWork.read(systemAct('oversight', 'network-log.completeness-read', at), async (tx) => {
      const segments = (await this.logs.chains(tx)).flat();
      const ofTerminated = segments.filter(({ terminatedAt }) => terminatedAt !== null).length;
      const incomplete = segments.filter(({ lost, gaps }) => lost > 0 || gaps.length > 0).length;
      const { of, otherwise } = await this.months.all(tx);
      const months = [...new Set([...of.values(), otherwise])].sort((a, b) => a - b);
      const state = segments.length === 0 ? 'no-data' : 'shown';
      return [
        {
          requirementId: 'LOG-01',
          state,
          what: `segments are kept ${months.join(' or ')} months, by region, after record and termination`,
          at,
        },
        { requirementId: 'LOG-02', state, what: `${String(ofTerminated)} segments of terminated domains are still kept`, at },
        {
          requirementId: 'LOG-03',
          state,
          what: `${String(segments.length)} segments, ${String(incomplete)} of them name a loss or a gap`,
          at,
        },
      ];
    });
  }
}
