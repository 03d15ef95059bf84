import { newId, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { CatalogueImageView, EnterImage } from '../contract.js';
import { isPinnedImage, type Zone } from '../domain/zone.js';
import { CatalogueRepository } from '../persistence/catalogue.repository.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { refuse } from '../domain/refusals.js';

export type CatalogueImage = Omit<z.output<typeof CatalogueImageView>, never>;

/** Images that may run in zones, by digest (SEAT-05). A change reaches every zone's namespace, where the admission policy reads it. */
@Injectable()
export class Catalogue {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: CatalogueRepository,
    private readonly operator: OperatorRepository,
  ) {}

  enter(ctx: ActContext, input: z.output<typeof EnterImage>): Promise<CatalogueImage> {
    return this.unitOfWork.run(ctx, async (tx) => {
      if (!isPinnedImage(input.image)) throw refuse('domain.image-not-pinned');
      const image = await this.repository.insert(tx, { ...input, id: newId(), createdAt: ctx.at, withdrawnAt: null });
      await tx.record({ action: 'catalogue-image.listed', object: { kind: 'catalogue-image', id: image.id }, after: image });
      await this.operator.ringAll(tx);
      return image;
    });
  }

  page(ctx: ActContext, query: { limit?: number | undefined; cursor?: string | undefined }): Promise<Page<CatalogueImage>> {
    return this.unitOfWork.read(ctx, (tx) => this.repository.page(tx, query));
  }

  withdraw(ctx: ActContext, id: Id): Promise<CatalogueImage> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const image = await this.repository.withdraw(tx, id, ctx.at);
      await tx.record({ action: 'catalogue-image.withdrawn', object: { kind: 'catalogue-image', id }, after: image });
      await this.operator.ringAll(tx);
      return image;
    });
  }

  /** For other contexts: what may run in a zone today, newest last. */
  listed(tx: Tx, zone: Zone): Promise<readonly CatalogueImage[]> {
    return this.repository.listed(tx, zone);
  }
}
