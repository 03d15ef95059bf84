import { newId, sha256, systemAct, type Clock, type Id } from '#kernel';
import { KEYS, type Keys } from '#platform/keys';
import { OBJECTS, type Objects } from '#platform/objects';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import type { KubeObject } from '#platform/kube';
import { traceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import type { OperationDomain } from '../domain/operation-domain.js';
import { zones } from '../domain/zone.js';
import { canarySecret } from '../manifests/names.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { DomainsRepository } from '../persistence/domains.repository.js';
import { DesiredObjects } from './desired-objects.js';
import { subject } from './domains.js';

/** The domain's own key: its canaries lie under it, and it goes last. */
export const domainKey = (domainId: Id): string => `domain/${domainId}`;
export const canaryFolder = (domainId: Id): string => `domains/${domainId}`;
export const canaryObject = (domainId: Id): string => `${canaryFolder(domainId)}/canary`;

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
    private readonly unitOfWork: UnitOfWork,
    private readonly domains: DomainsRepository,
    private readonly repository: DesiredRepository,
    private readonly desired: DesiredObjects,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Plants them for a domain that was asked for and has none yet. The worker does, which has key store and object store; the operator,
   * which has neither, begins once they are there.
   */
  async plantFor(domainId: Id): Promise<void> {
    const act = systemAct('domains.plant-canaries', 'domain.canaries-planted', this.clock.now(), traceparent());
    if (!(await this.unitOfWork.read(act, async (tx) => this.areDue(tx, await this.domains.get(tx, domainId))))) return;
    const planted = await this.prepare(domainId);
    await this.unitOfWork.run(act, async (tx) => {
      const domain = await this.domains.lock(tx, domainId, 'update');
      if (await this.areDue(tx, domain)) await this.plant(tx, domain, planted);
    });
  }

  private async areDue(tx: Tx, domain: OperationDomain): Promise<boolean> {
    return domain.state === 'requested' && (await this.repository.canaries(tx, domain.id)).length === 0;
  }

  /** Outside any transaction, since key store and object store know none; repeating it only makes a newer version. */
  private async prepare(domainId: Id): Promise<Planted> {
    const key = domainKey(domainId);
    await this.keys.create(key);
    const [object, row, secret] = [randomBytes(32), randomBytes(32), randomBytes(32)];
    await this.objects.put(canaryObject(domainId), object, { sealedBy: key });
    return { object: sha256(object), row: sha256(row), wrapped: await this.keys.wrap(key, row), secret: secret.toString('base64') };
  }

  private async plant(
    tx: Tx,
    domain: { readonly id: Id; readonly unitId: Id; readonly authorisationId: Id },
    planted: Planted,
  ): Promise<void> {
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
