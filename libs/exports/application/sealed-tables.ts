import { sealedMapOf } from '#coderuns';
import { differencesOf, linesOf, readSealedMap, type Differences, type SealedTable } from '#coderuns/contract';
import type { Id } from '#kernel';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';

/** Whose map it is: the request's run. */
export interface MadeByRun {
  readonly runId: Id;
  readonly scenarioId: Id;
}

/** The sealed maps that runs left beside their results: read here, compared, and told to nobody. */
@Injectable()
export class SealedTables {
  constructor(@Inject(OBJECTS) private readonly objects: Objects) {}

  /** Nothing where the run left none, or one that cannot be compared. */
  async of({ runId, scenarioId }: MadeByRun): Promise<SealedTable | undefined> {
    const { key, sealedBy } = sealedMapOf({ id: runId, scenarioId });
    const stored = await this.objects.stat(key);
    if (stored === undefined) return undefined;
    return readSealedMap(linesOf(await this.objects.get(key, { sealedBy, version: stored.version })));
  }

  /**
   * What can be told of a few by a table and each of some others; nothing for one without a map. One map is held at a time.
   */
  async compare(table: SealedTable, others: readonly MadeByRun[], threshold: number): Promise<readonly (Differences | undefined)[]> {
    const found: (Differences | undefined)[] = [];
    for (const one of others) {
      const other = await this.of(one);
      found.push(other === undefined ? undefined : differencesOf(table, other, threshold));
    }
    return found;
  }
}
