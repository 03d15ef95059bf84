import {
  authorisationExpired,
  authorisationSuspended,
  authorisationTerminating,
  scenarioEnded,
  scenarioStopped,
} from '#authorisations/contract';
import type { Tx } from '#platform/database';
import { Consumes, type ConsumedEvent } from '#platform/queue';
import { Inject, Injectable, type Type } from '@nestjs/common';
import type { RunKind } from '../application/run-kind.js';
import { RunLife } from '../application/run-life.js';

/**
 * What ends a kind's runs, whoever ordered them: among the jobs of its context. News that comes late ends those that were there when it
 * happened, and none that was ordered after work was resumed.
 */
export function runFollowers(context: string, kind: Type<RunKind>): Type {
  @Injectable()
  class RunFollowers {
    constructor(
      private readonly life: RunLife,
      @Inject(kind) private readonly runs: RunKind,
    ) {}

    @Consumes(scenarioStopped, `${context}.on-scenario-stopped`)
    scenarioStopped(tx: Tx, event: ConsumedEvent): Promise<unknown> {
      return this.life.cut(tx, this.runs, { scenarioId: event.key }, event.at);
    }
    @Consumes(scenarioEnded, `${context}.on-scenario-ended`)
    scenarioEnded(tx: Tx, event: ConsumedEvent): Promise<unknown> {
      return this.life.cut(tx, this.runs, { scenarioId: event.key }, event.at);
    }
    @Consumes(authorisationSuspended, `${context}.on-authorisation-suspended`)
    suspended(tx: Tx, event: ConsumedEvent): Promise<unknown> {
      return this.life.cut(tx, this.runs, { authorisationId: event.key }, event.at);
    }
    @Consumes(authorisationExpired, `${context}.on-authorisation-expired`)
    expired(tx: Tx, event: ConsumedEvent): Promise<unknown> {
      return this.life.cut(tx, this.runs, { authorisationId: event.key }, event.at);
    }
    @Consumes(authorisationTerminating, `${context}.on-authorisation-terminating`)
    terminating(tx: Tx, event: ConsumedEvent): Promise<unknown> {
      return this.life.cut(tx, this.runs, { authorisationId: event.key }, event.at);
    }
  }
  return RunFollowers;
}
