import { Injectable } from '@nestjs/common';
import type { ActContext } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { checkpointText } from '../domain/checkpoint.js';
import { verifyConsistency } from '../domain/proof-verification.js';
import { formatNote } from '../domain/signed-note.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { type CheckpointRow, TreeRepository } from '../persistence/tree.repository.js';
import { LogKeys } from './log-keys.js';
import { TreeReader } from './tree-reader.js';

/** Signs the committed tree. A root that was never committed is never signed, and none that does not extend the last signed one. */
@Injectable()
export class CheckpointSigner {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly tree: TreeRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly reader: TreeReader,
    private readonly keys: LogKeys,
  ) {}

  /** @throws Refusal `audit.consistency-fails` when the stored tree no longer extends the last checkpoint: then someone rewrote it. */
  signNewest(context: ActContext): Promise<CheckpointRow | undefined> {
    return this.unitOfWork.run(context, async (tx) => {
      const log = await this.tree.log(tx);
      const last = await this.checkpoints.newest(tx);
      if (log === undefined || log.size === 0 || last?.size === log.size) return last;
      const root = await this.reader.rootAt(tx, log.size);
      if (last !== undefined)
        verifyConsistency(last.size, log.size, await this.reader.consistency(tx, last.size, log.size), last.root, root);
      const text = checkpointText({ origin: log.origin, size: log.size, root });
      const signatures = [await this.keys.signAsLog(log.origin, text), await this.keys.signAsLogInSm2(tx, log.origin, text)];
      const note = formatNote({ text, signatures: signatures.filter((signature) => signature !== undefined) });
      const checkpoint = { size: log.size, root, note, signedAt: await tx.now() };
      await this.checkpoints.save(tx, checkpoint);
      return checkpoint;
    });
  }

  /** The note of a checkpoint with the lines of all witnesses that cosigned it. */
  async whole(tx: Tx, checkpoint: CheckpointRow): Promise<string> {
    return checkpoint.note + (await this.checkpoints.cosignatures(tx, checkpoint.size)).join('');
  }
}
