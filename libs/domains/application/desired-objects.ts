import { newId, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import type { KubeObject } from '#platform/kube';
import { Injectable } from '@nestjs/common';
import type { Zone } from '../domain/zone.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { DomainsRepository } from '../persistence/domains.repository.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { subject } from './domains.js';

/** Whom a zone's extra objects belong to, e.g. `{ kind: 'workspace', id }`. */
export interface ObjectOwner {
  readonly kind: string;
  readonly id: Id;
  readonly scenarioId?: Id;
}

/**
 * How other contexts put objects into a zone: they say what they want, in their own transaction, and the operator, which alone writes to
 * the cluster, makes it so and keeps it so. Namespace and ownership labels are the operator's to add; names are the owner's.
 */
@Injectable()
export class DesiredObjects {
  constructor(
    private readonly repository: DesiredRepository,
    private readonly domains: DomainsRepository,
    private readonly operator: OperatorRepository,
  ) {}

  /** Replaces whatever the owner wanted before. Objects are made in the given order: a network policy before its pod. */
  async want(tx: Tx, domainId: Id, zone: Zone, owner: ObjectOwner, manifests: readonly KubeObject[]): Promise<void> {
    const domain = await this.domains.lock(tx, domainId, 'share');
    await this.repository.drop(tx, owner, tx.context.at);
    await this.repository.want(
      tx,
      manifests.map((manifest, position) => ({
        id: newId(),
        domainId,
        zone,
        ownerKind: owner.kind,
        ownerId: owner.id,
        scenarioId: owner.scenarioId ?? null,
        position,
        manifest,
        createdAt: tx.context.at,
        droppedAt: null,
      })),
    );
    const details = {
      zone,
      owner: owner.kind,
      ownerId: owner.id,
      objects: manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    };
    await tx.record({ ...subject(domain), action: 'domain.objects-wanted', details });
    await this.operator.ring(tx, domainId);
  }

  /** The operator removes them at its next pass. */
  async drop(tx: Tx, owner: ObjectOwner): Promise<void> {
    for (const domainId of await this.repository.drop(tx, owner, tx.context.at)) {
      const domain = await this.domains.get(tx, domainId);
      await tx.record({ ...subject(domain), action: 'domain.objects-dropped', details: { owner: owner.kind, ownerId: owner.id } });
      await this.operator.ring(tx, domainId);
    }
  }
}
