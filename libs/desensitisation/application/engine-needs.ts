import { ENGINE, type Engine } from '#platform/engine';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { engineNeedSchema, Plan } from '../contract.js';
import { assertFits, fits, inMebibytes, needOf, type CopySize, type EngineRoom } from '../domain/engine-need.js';

/** What runs take of the engine that this process is configured with. */
@Injectable()
export class EngineNeeds {
  constructor(@Inject(ENGINE) private readonly engine: Pick<Engine, 'limits'>) {}

  private get room(): EngineRoom {
    const { memoryMb, scratchBytes } = this.engine.limits;
    return { memoryBytes: memoryMb * 2 ** 20, scratchBytes };
  }

  /** @throws Refusal `desensitisation.exceeds-engine` */
  assertFits(plan: Plan, copy: CopySize): void {
    assertFits(plan, copy, this.room);
  }

  /** Bytes of the scratch that a run is to be given. */
  scratchFor(plan: Plan, copy: CopySize): number {
    return needOf(plan, copy, this.room).scratchBytes;
  }

  view(plan: Plan | null, copy: CopySize | undefined): z.input<typeof engineNeedSchema> | null {
    if (plan === null || copy === undefined) return null;
    const { room } = this;
    const need = needOf(plan, copy, room);
    return {
      memoryMb: inMebibytes(need.memoryBytes),
      memoryLimitMb: Math.floor(room.memoryBytes / 2 ** 20),
      scratchMb: inMebibytes(need.scratchBytes),
      scratchLimitMb: Math.floor(room.scratchBytes / 2 ** 20),
      peakMb: inMebibytes(need.peakBytes),
      fits: fits(need, room),
    };
  }
}
