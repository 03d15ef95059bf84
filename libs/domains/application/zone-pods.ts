import type { Id } from '#kernel';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Orders } from './orders.js';

const answer = z.object({ pods: z.array(z.string()) });

/** What runs in a domain's zones, as the operator sees it: other processes hold no right in the cluster. */
@Injectable()
export class ZonePods {
  constructor(private readonly orders: Orders) {}

  /**
   * @returns `namespace/name` of each pod, also of one that is being deleted.
   * @throws Refusal `domain.operator-silent`, `domain.order-failed` with the cause.
   */
  async standing(domainId: Id, seconds: number): Promise<ReadonlySet<string>> {
    return new Set(answer.parse(await this.orders.ask(domainId, 'pods', seconds)).pods);
  }
}
