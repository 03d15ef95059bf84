import { Inject, Injectable } from '@nestjs/common';
import { addMonths, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { type Objects, OBJECTS } from '#platform/objects';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import { verifyCheckpoint } from '../domain/checkpoint.js';
import { sameHash } from '../domain/merkle.js';
import { TreeRepository } from '../persistence/tree.repository.js';
import { LogKeys, logKey } from './log-keys.js';
import { TreeReader } from './tree-reader.js';
import { refuse } from '../domain/refusals.js';

const prefix = 'audit/checkpoints';

/**
 * Cosigned checkpoints kept outside the database. What a restored backup or a promoted replica lost is seen against them before
 * anything is sequenced on top of it (proofs: Audit).
 */
@Injectable()
export class ExternalCheckpoints {
  constructor(
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly tree: TreeRepository,
    private readonly reader: TreeReader,
    private readonly keys: LogKeys,
  ) {}

  /** Kept as long as entries are, where the store can lock. */
  async keep(size: number, note: string, at: Instant): Promise<void> {
    await this.objects.put(`${prefix}/${String(size).padStart(16, '0')}`, Buffer.from(note, 'utf8'), {
      sealedBy: logKey,
      retainUntil: addMonths(at, 12 * this.config.retentionYears),
    });
  }

  async newest(): Promise<string | undefined> {
    const last = (await this.objects.list(prefix)).at(-1);
    if (last === undefined) return undefined;
    const parts: Uint8Array[] = [];
    for await (const part of await this.objects.get(last.key, { sealedBy: logKey })) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  }

  /**
   * @returns false while there is nothing outside to compare with
   * @throws Refusal `audit.tree-behind` when the stored tree is shorter than, or another than, what was cosigned before.
   */
  async assertMatches(tx: Tx): Promise<boolean> {
    const note = await this.newest();
    if (note === undefined) return false;
    const log = await this.tree.log(tx);
    const origin = note.slice(0, note.indexOf('\n'));
    const kept = verifyCheckpoint(note, [await this.keys.log(origin)]);
    const behind = refuse('audit.tree-behind', { size: log?.size ?? 0, externalSize: kept.size });
    if (log?.origin !== kept.origin || log.size < kept.size) throw behind;
    if (!sameHash(await this.reader.rootAt(tx, kept.size), kept.root)) throw behind;
    return true;
  }
}
