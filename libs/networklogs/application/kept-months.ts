import { type Id, leastLogMonths } from '#kernel';
import type { Tx } from '#platform/database';
import { Seams, type LogMonths } from '#platform/seams';
import { Injectable } from '@nestjs/common';

export interface Months extends LogMonths {
  /** For the logs of an authorisation's domain, or the platform's own. */
  for(authorisationId: Id | null): number;
}

/** Asks the owner of the rule how long logs are kept; where none is composed the law's six months stand (LOG-01). */
@Injectable()
export class KeptMonths {
  constructor(private readonly seams: Seams) {}

  async all(tx: Tx): Promise<Months> {
    const [owner] = this.seams.all('log-retention');
    const { of, otherwise } = (await owner?.all(tx)) ?? { of: new Map<Id, number>(), otherwise: leastLogMonths };
    return { of, otherwise, for: (authorisationId) => of.get(authorisationId ?? '') ?? otherwise };
  }
}
