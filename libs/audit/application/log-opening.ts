import { Inject, Injectable } from '@nestjs/common';
import { type ActContext, logOfInstallation } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { INSTALLATION, SignedDocuments } from '#platform/documents';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import { TreeRepository } from '../persistence/tree.repository.js';
import { LogKeys } from './log-keys.js';
import { Witnesses } from './witnesses.js';

/** Names the log and makes every key that anything will be verified with, before the first entry is placed: then all are published from the start. */
@Injectable()
export class LogOpening {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(INSTALLATION) private readonly installation: string,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly tree: TreeRepository,
    private readonly keys: LogKeys,
    private readonly documents: SignedDocuments,
    private readonly witnesses: Witnesses,
  ) {}

  /** Idempotent. @returns false while another process is at it. */
  async open(context: ActContext): Promise<boolean> {
    await this.keys.ensure();
    await this.documents.ensureKeys();
    return this.unitOfWork.run(context, async (tx) => {
      if (!(await this.tree.claimSequencing(tx))) return false;
      await this.tree.begin(tx, logOfInstallation(this.installation));
      const log = await this.tree.log(tx);
      if (log === undefined) throw new Error('the log has no row');
      const { origin } = log;
      await this.keys.ensureSm2(tx, origin);
      if (this.config.heldWitness) await this.witnesses.ensureHeld(tx, origin);
      return true;
    });
  }
}
