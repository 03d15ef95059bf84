import { Inject, Injectable } from '@nestjs/common';
import { type ActContext, formatVerifierKey, type Id, type VerifierKey } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { SignedDocuments } from '#platform/documents';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import type { ConsistencyBundle, ProofBundle } from '../domain/bundle.js';
import type { Hash } from '../domain/merkle.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { EntriesRepository, type EntryRow } from '../persistence/entries.repository.js';
import { TreeRepository } from '../persistence/tree.repository.js';
import { AuditEntries } from './audit-entries.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { LogKeys } from './log-keys.js';
import { TreeReader } from './tree-reader.js';
import { Witnesses } from './witnesses.js';
import { signersOf, parseNote } from '../domain/signed-note.js';
import { refuse } from '../domain/refusals.js';

const base64 = (hashes: readonly Hash[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('base64'));

/** Proof bundles, to be kept as files and verified without us. */
@Injectable()
export class AuditProofs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly tree: TreeRepository,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly reader: TreeReader,
    private readonly signer: CheckpointSigner,
    private readonly keys: LogKeys,
    private readonly documents: SignedDocuments,
    private readonly witnesses: Witnesses,
    private readonly visible: AuditEntries,
  ) {}

  /** @throws Refusal `audit-entry.not-found`, `audit.not-under-checkpoint`. */
  ofEntry(ctx: ActContext, id: Id): Promise<ProofBundle> {
    return this.unitOfWork.read(ctx, async (tx) => this.bundle(tx, await this.visible.row(tx, ctx, id)));
  }

  /**
   * Proof of the entry that issued a document. Whoever holds the document knows its digest, and only they can ask.
   * @throws Refusal `audit.no-such-document` also while the entry has no place yet.
   */
  ofDocument(ctx: ActContext, digest: string): Promise<ProofBundle> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const index = await this.tree.indexOfDocument(tx, digest);
      const [row] = index === undefined ? [] : await this.entries.range(tx, index, index + 1);
      if (row === undefined) throw refuse('audit.no-such-document');
      return this.bundle(tx, row);
    });
  }

  /** @throws Refusal `audit.no-checkpoint` unless both sizes were signed. */
  consistency(ctx: ActContext, first: number, second: number | undefined): Promise<ConsistencyBundle> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const earlier = await this.checkpoints.at(tx, first);
      const later = await (second === undefined ? this.checkpoints.newest(tx) : this.checkpoints.at(tx, second));
      if (earlier === undefined || later === undefined) throw refuse('audit.no-checkpoint');
      return {
        format: 'opdomain-consistency/v1',
        first: await this.signer.whole(tx, earlier),
        second: await this.signer.whole(tx, later),
        proof: base64(await this.reader.consistency(tx, earlier.size, later.size)),
      };
    });
  }

  /** Every public key that proofs and documents are checked with, one C2SP vkey a line. @throws Refusal `audit.not-open`: then not all are made. */
  keyFile(ctx: ActContext): Promise<string> {
    return this.unitOfWork.read(ctx, async (tx) => {
      if ((await this.tree.log(tx)) === undefined) throw refuse('audit.not-open');
      const keys = [...(await this.logAndWitnesses(tx)), ...(await this.documents.verifierKeys())];
      return `# 公钥 public keys: compare them with a copy from the audit administrator\n${keys.map((key) => `${formatVerifierKey(key)}\n`).join('')}`;
    });
  }

  async bundle(tx: Tx, row: EntryRow): Promise<ProofBundle> {
    const checkpoint = row.index === null ? undefined : await this.checkpoints.over(tx, row.index);
    if (row.index === null || checkpoint === undefined)
      throw refuse('audit.not-under-checkpoint', { id: row.id, boundSeconds: this.config.boundSeconds });
    const whole = await this.signer.whole(tx, checkpoint);
    return {
      format: 'opdomain-proof/v1',
      index: row.index,
      entry: row.canonical,
      sm3: row.sm3,
      inclusion: base64(await this.reader.inclusion(tx, row.index, checkpoint.size)),
      checkpoint: whole,
      keys: signersOf(parseNote(whole), await this.logAndWitnesses(tx)).map(formatVerifierKey),
    };
  }

  private async logAndWitnesses(tx: Tx): Promise<VerifierKey[]> {
    const log = await this.tree.log(tx);
    if (log === undefined) return [];
    const sm2 = await this.keys.sm2(tx, log.origin);
    return [await this.keys.log(log.origin), ...(sm2 === undefined ? [] : [sm2]), ...(await this.witnesses.keysOf(tx))];
  }
}
