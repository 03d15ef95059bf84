import type { CutMoment, CutPath, CutScope, PathCut } from '#kernel';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { gateRows } from '../domain/cut-paths.js';

/** Requests with a credential of before the cut: the epoch was raised in the transaction of the cut, so they end with its commit. */
@Implements('cut-path')
@Injectable()
export class GateCut implements CutPath {
  readonly path = 'api-tokens';
  readonly limits =
    'A request whose transaction began before the commit may still be answered after it; what it did is listed under `used`.';

  async cut(_scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    return gateRows(this.path, await moment.gate(), () => moment.seenAt);
  }
}

/**
 * Running uploads, downloads and event streams. Each looks at its process's knowledge of the epochs before every piece; the canary makes
 * that process read anew and is answered by the same read, so its refusal says that every transfer of the scope has ended there.
 */
@Implements('cut-path')
@Injectable()
export class TransferCut implements CutPath {
  readonly path = 'transfers';
  readonly limits = 'What had left the process before, and is under way in the network, cannot be called back.';

  async cut(_scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    return gateRows(this.path, await moment.gate(), ({ at }) => at);
  }
}
