import { systemAct, type Clock, type HeldItem, type Holding, type HoldingScope, type RecoveryTry } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { KEYS, storeOfKeys, type Keys } from '#platform/keys';
import { ReadBacks } from '#platform/readback';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { domainKey } from './canaries.js';

const keysOf = (scope: HoldingScope): readonly string[] => [...scope.scenarioIds.map((id) => `scenario/${id}`), domainKey(scope.domainId)];

/** The keys of a domain's scenarios and its own: they go last, and with them whatever was encrypted under them (crypto-shredding). */
@Implements('holding')
@Injectable()
export class KeyHolding implements Holding {
  readonly name = 'keys';
  readonly order = 'keys';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DesiredRepository,
    private readonly readBacks: ReadBacks,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const states = await Promise.all(keysOf(scope).map(async (name) => ({ name, ...(await this.keys.state(name)) })));
    await storeOfKeys(this.keys);
    return states
      .filter(({ state }) => state === 'live')
      .map(({ name, versions }) => ({ view: 'stores', kind: 'key', ref: name, note: `${String(versions)} versions` }));
  }

  async destroy(scope: HoldingScope): Promise<void> {
    for (const name of keysOf(scope)) if ((await this.keys.state(name)).state === 'live') await this.keys.destroy(name);
  }

  /** Decrypts the ciphertext kept since provisioning, and asks each key to work again. */
  async readBack(scope: HoldingScope): Promise<readonly RecoveryTry[]> {
    const read = systemAct('domains', 'domain.read', this.clock.now());
    const rows = await this.unitOfWork.read(read, (tx) => this.repository.canaries(tx, scope.domainId));
    const kept = rows.flatMap(({ wrapped }) => (wrapped === null ? [] : [wrapped]));
    return Promise.all([
      ...keysOf(scope).map((name) => this.readBacks.key(name)),
      ...(kept.length === 0 ? [] : [this.readBacks.wrapped('decrypt the canary row’s kept ciphertext', domainKey(scope.domainId), kept)]),
    ]);
  }
}
