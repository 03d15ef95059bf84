import type { Id, Instant } from '#kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Orders } from './orders.js';

const answer = z.object({ pods: z.array(z.string()) });

export interface SeenPods {
  readonly pods: ReadonlySet<string>;
  readonly at: Instant;
}

/** What runs in a domain's zones, as the operator sees it: other processes hold no right in the cluster. */
@Injectable()
export class ZonePods {
  constructor(private readonly orders: Orders) {}

  /**
   * What the operator has seen after `since`; asks it (again) where that is not enough, and waits for nothing.
   * @param since of the database's clock
   * @returns `namespace/name` of each pod, also of one that is being deleted; undefined while there is no answer.
   * @throws Refusal `domain.order-failed` with the cause.
   */
  async seen(domainId: Id, since: Instant, enough: (pods: ReadonlySet<string>) => boolean): Promise<SeenPods | undefined> {
    const podsOf = (result: unknown): ReadonlySet<string> => new Set(answer.parse(result).pods);
    const look = await this.orders.look(domainId, 'pods', since, (result) => enough(podsOf(result)));
    return look && { pods: podsOf(look.result), at: look.at };
  }
}
