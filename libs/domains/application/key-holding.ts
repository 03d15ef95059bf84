import { Refusal, systemAct, type Clock, type HeldItem, type Holding, type HoldingScope, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { KEYS, type Keys } from '#platform/keys';
import { OBJECTS, type Objects } from '#platform/objects';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import type { RecoveryAttempt } from '../domain/operator-work.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { canaryObject, domainKey } from './canaries.js';

const keysOf = (scope: HoldingScope): readonly string[] => [...scope.scenarioIds.map((id) => `scenario/${id}`), domainKey(scope.domainId)];
const refusedWith = (error: unknown): string => {
  if (error instanceof Refusal) return error.code;
  throw error;
};

/** The domain's canary in the object store. */
@Implements('holding')
@Injectable()
export class CanaryHolding implements Holding {
  readonly name = 'canaries';
  readonly order = 'data';
  constructor(@Inject(OBJECTS) private readonly objects: Objects) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const versions = await this.objects.list(`domains/${scope.domainId}`);
    return versions.map(({ key, version, cipherBytes }) => ({
      view: 'stores',
      kind: 'object',
      ref: `${key}@${version}`,
      sealedBy: domainKey(scope.domainId),
      bytes: cipherBytes,
    }));
  }

  async destroy(scope: HoldingScope): Promise<void> {
    await this.objects.destroy(`domains/${scope.domainId}`);
  }

  async attemptRecovery(scope: HoldingScope): Promise<readonly RecoveryAttempt[]> {
    const key = canaryObject(scope.domainId);
    const how = `read the canary object ${key}`;
    try {
      await this.objects.get(key, { sealedBy: domainKey(scope.domainId) });
      return [{ how, recovered: true, answer: 'the store gave it out' }];
    } catch (error) {
      return [{ how, recovered: false, answer: refusedWith(error) }];
    }
  }
}

/** The keys of a domain's scenarios and its own: they go last, and with them whatever was encrypted under them (crypto-shredding). */
@Implements('holding')
@Injectable()
export class KeyHolding implements Holding {
  readonly name = 'keys';
  readonly order = 'keys';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DesiredRepository,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const states = await Promise.all(keysOf(scope).map(async (name) => ({ name, ...(await this.keys.state(name)) })));
    return states
      .filter(({ state }) => state === 'live')
      .map(({ name, versions }) => ({ view: 'stores', kind: 'key', ref: name, note: `${String(versions)} versions` }));
  }

  async destroy(scope: HoldingScope): Promise<void> {
    for (const name of keysOf(scope)) if ((await this.keys.state(name)).state === 'live') await this.keys.destroy(name);
  }

  /** Decrypts the ciphertext kept since provisioning, and asks each key to work again. */
  async attemptRecovery(scope: HoldingScope): Promise<readonly RecoveryAttempt[]> {
    const attempts = await Promise.all(keysOf(scope).map((name) => this.tryKey(name)));
    return [...attempts, ...(await this.tryRow(scope.domainId))];
  }

  private async tryKey(name: string): Promise<RecoveryAttempt> {
    const how = `encrypt and decrypt with the key ${name}`;
    try {
      await this.keys.unwrap(name, await this.keys.wrap(name, Buffer.from('recovery')));
      return { how, recovered: true, answer: 'the key still works' };
    } catch (error) {
      return { how, recovered: false, answer: refusedWith(error) };
    }
  }

  private async tryRow(domainId: Id): Promise<readonly RecoveryAttempt[]> {
    const read = systemAct('domains', 'domain.read', this.clock.now());
    const rows = await this.unitOfWork.read(read, (tx) => this.repository.canaries(tx, domainId));
    const kept = rows.flatMap(({ wrapped }) => (wrapped === null ? [] : [wrapped]));
    return Promise.all(
      kept.map(async (wrapped) => {
        const how = 'decrypt the canary row’s kept ciphertext';
        try {
          await this.keys.unwrap(domainKey(domainId), wrapped);
          return { how, recovered: true, answer: 'decrypted' };
        } catch (error) {
          return { how, recovered: false, answer: refusedWith(error) };
        }
      }),
    );
  }
}
