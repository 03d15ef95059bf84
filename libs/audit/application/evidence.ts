import { Injectable } from '@nestjs/common';
import { type Evidence, type EvidenceSource, type Instant, systemAct } from '#kernel';
import { Implements } from '#platform/seams';
import { AuditLog } from './audit-log.js';

/** What the log shows of itself on the compliance board. */
@Implements('evidence')
@Injectable()
export class AuditEvidence implements EvidenceSource {
  constructor(private readonly log: AuditLog) {}

  async evidence(at: Instant): Promise<readonly Evidence[]> {
    const status = await this.log.status(systemAct('oversight', 'audit-log.status-read', at));
    const sound = status.withinBound && status.matchesExternal !== false;
    return [
      {
        requirementId: 'AUD-04',
        state: status.size === 0 ? 'no-data' : sound ? 'shown' : 'failing',
        what: `${String(status.size)} entries in the tree, ${String(status.unsigned.entries)} not under a checkpoint, ${String(status.uncosigned.entries)} not cosigned`,
        at,
      },
      { requirementId: 'AUD-05', state: 'shown', what: `entries are kept ${String(status.retentionYears)} years`, at },
    ];
  }
}
