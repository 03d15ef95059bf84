import { hmacSm3, newId, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { KEYS, type Keys } from '#platform/keys';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { sealOf } from '../domain/names.js';
import { PseudonymKeysRepository } from '../persistence/pseudonym-keys.repository.js';

/** The purpose under which rows are drawn: whoever knew this key could tell which raw row a sampled one is. */
const drawing = 'sampling';

export interface RunKeys {
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** Purpose → id of the key, as the run records it. */
  readonly versions: Readonly<Record<string, Id>>;
  /** Draws the same subjects of a dataset from every delivery, and none that anyone could predict. */
  readonly seed: string;
}

/**
 * Keys for pseudonyms, one for each scenario and purpose: equal values have equal pseudonyms within both, and what two domains, two
 * scenarios or two purposes hold cannot be joined. 32 random bytes each, wrapped by the scenario's key and destroyed with it.
 */
@Injectable()
export class PseudonymKeys {
  constructor(
    private readonly repository: PseudonymKeysRepository,
    @Inject(KEYS) private readonly keys: Keys,
  ) {}

  async forRun(
    tx: Tx,
    scenario: { scenarioId: Id; unitId: Id; authorisationId: Id },
    datasetId: Id,
    purposes: readonly string[],
  ): Promise<RunKeys> {
    await this.keys.create(sealOf(scenario.scenarioId));
    await this.repository.serialise(tx, scenario.scenarioId);
    const keys: Record<string, Uint8Array> = {};
    const versions: Record<string, Id> = {};
    for (const purpose of purposes) {
      const { id, key } = await this.key(tx, scenario, purpose);
      keys[purpose] = key;
      versions[purpose] = id;
    }
    const draw = await this.key(tx, scenario, `#${drawing}`);
    return { keys, versions, seed: hmacSm3(draw.key, datasetId) };
  }

  private async key(
    tx: Tx,
    scenario: { scenarioId: Id; unitId: Id; authorisationId: Id },
    purpose: string,
  ): Promise<{ id: Id; key: Uint8Array }> {
    const { scenarioId, unitId, authorisationId } = scenario;
    const found = await this.repository.find(tx, scenarioId, purpose);
    if (found !== undefined) return { id: found.id, key: await this.keys.unwrap(sealOf(scenarioId), found.wrapped) };
    const key = randomBytes(32);
    const wrapped = await this.keys.wrap(sealOf(scenarioId), key);
    const { id } = await this.repository.insert(tx, { id: newId(), createdAt: tx.context.at, scenarioId, purpose, wrapped });
    await tx.record({
      action: 'pseudonym-key.made',
      object: { kind: 'pseudonym-key', id },
      unitId,
      authorisationId,
      scenarioId,
      details: { purpose },
    });
    return { id, key };
  }
}
