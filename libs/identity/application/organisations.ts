import { newId, regionsOf, type ActContext, type Actor, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { OrganisationsQuery, RegisterOrganisation } from '../contract.js';
import { areAffiliated, assertSuperior, type Organisation } from '../domain/organisation.js';
import { OrganisationsRepository } from '../persistence/organisations.repository.js';

@Injectable()
export class Organisations {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: OrganisationsRepository,
  ) {}

  register(ctx: ActContext, input: z.output<typeof RegisterOrganisation>): Promise<Organisation> {
    return this.unitOfWork.run(ctx, async (tx) => {
      assertSuperior(input.kind, input.parentId === undefined ? undefined : await this.repository.get(tx, input.parentId));
      for (const id of input.affiliateIds) await this.repository.get(tx, id);
      const organisation = await this.repository.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        kind: input.kind,
        name: input.name,
        creditCode: input.creditCode,
        parentId: input.parentId ?? null,
        affiliateIds: input.affiliateIds,
        region: input.region ?? null,
      });
      await tx.record({ action: 'organisation.registered', object: { kind: 'organisation', id: organisation.id }, after: organisation });
      return organisation;
    });
  }

  list(ctx: ActContext, query: z.output<typeof OrganisationsQuery>): Promise<Page<Organisation>> {
    return this.unitOfWork.read(ctx, (tx) => this.repository.page(tx, query.kind, query));
  }

  /** For other contexts, in their transaction. @throws Refusal `organisation.not-found`. */
  get(tx: Tx, id: Id): Promise<Organisation> {
    return this.repository.get(tx, id);
  }

  async affiliated(tx: Tx, a: Id, b: Id): Promise<boolean> {
    return areAffiliated(await this.repository.get(tx, a), await this.repository.get(tx, b));
  }

  /** Whether an organisation stands under one of the authorities that the actor's grants cover (ADM-03). */
  answersTo(id: Id, actor: Actor): boolean {
    return regionsOf(actor).includes(id);
  }

  /** The authorities of a region: those whose own region it is, not those below that have none of their own. */
  async authoritiesOf(tx: Tx, region: string): Promise<Id[]> {
    return (await this.repository.ofRegion(tx, region)).map(({ id }) => id);
  }

  /** The organisation and all above it, itself first. */
  async lineage(tx: Tx, id: Id): Promise<Organisation[]> {
    const found: Organisation[] = [];
    for (let next: Id | null = id; next !== null; next = found.at(-1)?.parentId ?? null) found.push(await this.repository.get(tx, next));
    return found;
  }

  /** The organisation and all below it. */
  subtree(tx: Tx, id: Id): Promise<Id[]> {
    return this.repository.subtree(tx, id);
  }
}
