import { Injectable } from '@nestjs/common';
import type { ActContext, Digest, SignedDocument, Waiting } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { type DocumentLog, Implements } from '#platform/seams';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { EntriesRepository } from '../persistence/entries.repository.js';
import { TreeRepository } from '../persistence/tree.repository.js';
import { AuditProofs } from './audit-proofs.js';
import { Witnesses } from './witnesses.js';

/** Gives every document that is handed out the proof of its entry, or says what is still missing. */
@Implements('document-log')
@Injectable()
export class DocumentPlaces implements DocumentLog {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tree: TreeRepository,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly proofs: AuditProofs,
    private readonly witnesses: Witnesses,
  ) {}

  placeOf(ctx: ActContext, digest: Digest): Promise<Pick<SignedDocument, 'inclusion' | 'waiting'>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const index = await this.tree.indexOfDocument(tx, digest);
      const [row] = index === undefined ? [] : await this.entries.range(tx, index, index + 1);
      if (index === undefined || row === undefined) return { waiting: { for: 'sequencing' } };
      const checkpoint = await this.checkpoints.over(tx, index);
      if (checkpoint === undefined) return { waiting: { for: 'checkpoint' } };
      const missing = await this.cosignatureMissing(tx, checkpoint.size);
      const inclusion = await this.proofs.bundle(tx, row);
      return { inclusion: { ...inclusion }, ...(missing === undefined ? {} : { waiting: { for: missing } }) };
    });
  }

  /** An outside witness is waited for only where one is registered, or where the platform holds no witness's key itself. */
  private async cosignatureMissing(tx: Tx, size: number): Promise<Waiting['for'] | undefined> {
    const given = await this.checkpoints.cosigners(tx, size);
    const known = await this.witnesses.custodies(tx);
    if (given.includes('external')) return undefined;
    if (!given.includes('held') && known.includes('held')) return 'held-cosignature';
    return given.length === 0 || known.includes('external') ? 'external-cosignature' : undefined;
  }
}
