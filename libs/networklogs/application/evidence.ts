import { type Evidence, type EvidenceSource, type Instant, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { NETWORK_LOGS_CONFIG, type NetworkLogsConfig } from '../config.js';
import { NetworkLogs } from './network-logs.js';

/** What the network logs show of themselves on the compliance board. */
@Implements('evidence')
@Injectable()
export class NetworkLogEvidence implements EvidenceSource {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(NETWORK_LOGS_CONFIG) private readonly config: NetworkLogsConfig,
    private readonly logs: NetworkLogs,
  ) {}

  evidence(at: Instant): Promise<readonly Evidence[]> {
    return this.unitOfWork.read(systemAct('oversight', 'network-log.completeness-read', at), async (tx) => {
      const segments = (await this.logs.chains(tx)).flat();
      const ofTerminated = segments.filter(({ terminatedAt }) => terminatedAt !== null).length;
      const incomplete = segments.filter(({ lost, gaps }) => lost > 0 || gaps.length > 0).length;
      const state = segments.length === 0 ? 'no-data' : 'shown';
      return [
        {
          requirementId: 'LOG-01',
          state,
          what: `segments are kept ${String(this.config.keepMonths)} months after record and termination`,
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
