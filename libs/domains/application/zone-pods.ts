import { newId, type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { cutLookKinds } from '../domain/operator-work.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { Orders } from './orders.js';

const answer = z.object({ pods: z.array(z.string()) });

export interface SeenPods {
  readonly pods: ReadonlySet<string>;
  readonly at: Instant;
}

/** What runs in a domain's zones, as the operator sees it: other processes hold no right in the cluster. */
@Injectable()
export class ZonePods {
  constructor(
    private readonly orders: Orders,
    private readonly desired: DesiredRepository,
    private readonly operator: OperatorRepository,
  ) {}

  /**
   * Asks for what a cut has to show, in the cut's own transaction: the operator reads the order only once the cut is committed, so that
   * its look shows the cut, and need not be asked for again.
   * @param owners whose objects the cut drops
   */
  async askWithCut(tx: Tx, cutId: Id, owners: readonly Id[]): Promise<void> {
    const domains = new Set([...(await this.desired.domainsOfOwners(tx, owners)).values()].flat());
    if (domains.size === 0) return;
    const orders = [...domains].flatMap((domainId) => cutLookKinds.map((kind) => ({ id: newId(), domainId, kind })));
    await this.operator.placeOfCut(tx, cutId, orders);
  }

  /**
   * What the operator has seen after `since`; asks it (again) where that is not enough, and waits for nothing.
   * @param subject of which domain; `pods` where they are to be gone, before which no pass goes, `standing` where they are to stand; and
   *   for which cut, if any
   * @param since of the database's clock
   * @returns `namespace/name` of each pod, also of one that is being deleted; undefined while there is no answer.
   * @throws Refusal `domain.order-failed` with the cause.
   */
  async seen(
    subject: { readonly domainId: Id; readonly kind: 'pods' | 'standing'; readonly cutId?: Id },
    since: Instant,
    enough: (pods: ReadonlySet<string>) => boolean,
  ): Promise<SeenPods | undefined> {
    const podsOf = (result: unknown): ReadonlySet<string> => new Set(answer.parse(result).pods);
    const look = await this.orders.look(subject, since, (result) => enough(podsOf(result)));
    return look && { pods: podsOf(look.result), at: look.at };
  }
}
