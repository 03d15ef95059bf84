import { newId, sha256, type Id } from '#kernel';
import { KEYS, type Keys } from '#platform/keys';
import { OBJECTS, type Objects } from '#platform/objects';
import type { Tx } from '#platform/database';
import type { KubeObject } from '#platform/kube';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { zones } from '../domain/zone.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { DesiredObjects } from './desired-objects.js';
import { subject } from './domains.js';

/** The domain's own key: its canaries lie under it, and it goes last. */
export const domainKey = (domainId: Id): string => `domain/${domainId}`;
export const canaryFolder = (domainId: Id): string => `domains/${domainId}`;
export const canaryObject = (domainId: Id): string => `${canaryFolder(domainId)}/canary`;
export const canarySecret = 'opdomain-canary';

interface Planted {
  readonly object: string;
  readonly row: string;
  readonly wrapped: string;
  readonly secret: string;
}

/**
 * Marks planted when a domain is made, one for each place that data may lie in, and looked for again after its destruction: what can
 * still read one of them was not destroyed.
 */
@Injectable()
export class Canaries {
  constructor(
    private readonly repository: DesiredRepository,
    private readonly desired: DesiredObjects,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  /** Outside any transaction, since key store and object store know none; repeating it only makes a newer version. */
  async prepare(domainId: Id): Promise<Planted> {
    const key = domainKey(domainId);
    await this.keys.create(key);
    const [object, row, secret] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    await this.objects.put(canaryObject(domainId), object, { sealedBy: key });
    return { object: sha256(object), row: sha256(row), wrapped: await this.keys.wrap(key, row), secret: secret.toString('base64') };
  }

  async plant(tx: Tx, domain: { readonly id: Id; readonly unitId: Id; readonly authorisationId: Id }, planted: Planted): Promise<void> {
    const row = (place: 'object' | 'secret' | 'row', ref: string, digest: string, wrapped: string | null) => ({
      id: newId(),
      domainId: domain.id,
      ...{ place, ref, wrapped, digest: digest as ReturnType<typeof sha256> },
      plantedAt: tx.context.at,
    });
    await this.repository.plant(tx, [
      row('object', canaryObject(domain.id), planted.object, null),
      row('row', 'domains.canaries', planted.row, planted.wrapped),
      ...zones.map((zone) => row('secret', `${zone}/${canarySecret}`, sha256(Buffer.from(planted.secret, 'base64')), null)),
    ]);
    for (const zone of zones) {
      const owner = { kind: `canary-${zone}`, id: domain.id };
      await this.desired.want(tx, domain.id, zone, owner, [secretOf(planted.secret)]);
    }
    await tx.record({ ...subject(domain), action: 'domain.canaries-planted' });
  }
}

const secretOf = (data: string): KubeObject & { readonly type: string; readonly data: Readonly<Record<string, string>> } => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: canarySecret },
  type: 'Opaque',
  data: { canary: data },
});
