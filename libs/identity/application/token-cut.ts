import { systemAct, type CutPath, type CutScope, type Instant, type PathCut } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { PeopleRepository } from '../persistence/people.repository.js';

/** The API-token path of a receipt: raising the person's epoch makes every token issued before it refused at its next use. */
@Implements('cut-path')
@Injectable()
export class TokenCut implements CutPath {
  readonly path = 'api-tokens';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly people: PeopleRepository,
  ) {}

  async cut(scope: CutScope, at: Instant): Promise<readonly PathCut[]> {
    if (scope.kind !== 'person') return [];
    const cutAt = await this.unitOfWork.run(systemAct('identity', 'person.tokens-cut', at), async (tx) => {
      await tx.bumpEpoch('person', scope.id);
      await tx.record({ action: 'person.tokens-cut', object: { kind: 'person', id: scope.id } });
      return this.people.cutAt(tx, scope.id);
    });
    const seen = await this.unitOfWork.read(systemAct('identity', 'person.self-read', at), (tx) => this.people.cutAt(tx, scope.id));
    const refused = seen !== undefined && seen === cutAt;
    return [
      {
        path: this.path,
        object: `person/${scope.id}`,
        cutAt: cutAt ?? at,
        closedBy: 'acknowledged',
        probe: {
          how: 'read back the epoch that every request compares',
          answer: refused ? 'tokens issued before are refused' : 'not raised',
          refused,
          at,
        },
      },
    ];
  }
}
