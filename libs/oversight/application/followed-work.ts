import { systemAct, type Clock, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { workOf, type WorkView } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';

export const lookEveryMs = 500;

/** One look at the queue for everyone who follows something: what it costs does not grow with the followers. */
@Injectable()
export class FollowedWork {
  private asked = new Set<Id>();
  private next: Promise<ReadonlyMap<Id, WorkView>> | undefined;
  /** Looks so far. */
  looks = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The work as the next look finds it; undefined when it is gone. Who may see it was decided before. */
  async at(id: Id): Promise<WorkView | undefined> {
    this.asked.add(id);
    this.next ??= this.look();
    return (await this.next).get(id);
  }

  private async look(): Promise<ReadonlyMap<Id, WorkView>> {
    await pause(lookEveryMs);
    const ids = [...this.asked];
    this.asked = new Set();
    this.next = undefined;
    this.looks += 1;
    return this.unitOfWork.read(systemAct('oversight', 'operation.followed', this.clock.now()), (tx) => workOf(tx, ids));
  }
}
