import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type ActContext, type Clock, Refusal } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import type { AuditStatus } from '../contract.js';
import { withinBound } from '../domain/entry-standing.js';
import { encodeBundle, parseTilePath, type TileRef, tileWidthAt } from '../domain/tiles.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { EntriesRepository } from '../persistence/entries.repository.js';
import { TreeRepository } from '../persistence/tree.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { ExternalCheckpoints } from './external-checkpoints.js';
import { auditRefusals, refuse } from '../domain/refusals.js';

/** The log as C2SP tlog-tiles serves it, and how far it has come. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly tree: TreeRepository,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly signer: CheckpointSigner,
    private readonly external: ExternalCheckpoints,
  ) {}

  /** The newest checkpoint, or the newest that a witness cosigned. @throws Refusal `audit.no-checkpoint`. */
  checkpoint(ctx: ActContext, cosigned: boolean): Promise<string> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const size = cosigned ? (await this.checkpoints.newestCosigned(tx))?.size : (await this.checkpoints.newest(tx))?.size;
      const row = size === undefined ? undefined : await this.checkpoints.at(tx, size);
      if (row === undefined) throw refuse('audit.no-checkpoint');
      return this.signer.whole(tx, row);
    });
  }

  /**
   * The bytes of `tile/…` or `sm3/…`, only within a signed size: what no checkpoint vouches for is not published.
   * @throws Refusal `audit.no-such-tile`.
   */
  file(ctx: ActContext, path: string): Promise<Uint8Array> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const parsed = parseTilePath(path);
      const size = (await this.checkpoints.newest(tx))?.size ?? 0;
      if (parsed === undefined || tileWidthAt(size, parsed.ref.level, parsed.ref.index) < parsed.ref.width)
        throw refuse('audit.no-such-tile');
      if (parsed.kind === 'tile') {
        const found = (await this.tree.tiles(tx, [parsed.ref])).get(parsed.ref);
        if (found === undefined) throw refuse('audit.no-such-tile');
        return found;
      }
      const rows = await this.entriesOf(tx, parsed.ref);
      if (parsed.kind === 'sm3') return Buffer.concat(rows.map(({ sm3 }) => Buffer.from(sm3.replace('sm3:', ''), 'hex')));
      return encodeBundle(rows.map(({ canonical }) => Buffer.from(canonical, 'utf8')));
    });
  }

  status(ctx: ActContext): Promise<z.input<typeof AuditStatus>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const log = await this.tree.log(tx);
      const newest = await this.checkpoints.newest(tx);
      const cosigned = await this.checkpoints.newestCosigned(tx);
      const unsigned = await this.entries.beyond(tx, newest?.size ?? 0);
      return {
        origin: log?.origin ?? '',
        size: log?.size ?? 0,
        checkpoint: newest === undefined ? null : { size: newest.size, signedAt: newest.signedAt },
        cosigned: cosigned === undefined ? null : { size: cosigned.size, at: cosigned.at, by: [...cosigned.by] },
        unsigned,
        uncosigned: await this.entries.beyond(tx, cosigned?.size ?? 0),
        boundSeconds: this.config.boundSeconds,
        withinBound: withinBound(unsigned.oldestRecordedAt, this.clock.now(), this.config.boundSeconds),
        matchesExternal: await this.matchesExternal(tx),
        retentionYears: this.config.retentionYears,
      };
    });
  }

  /** null while nothing was cosigned yet. */
  private async matchesExternal(tx: Tx): Promise<boolean | null> {
    try {
      return (await this.external.assertMatches(tx)) ? true : null;
    } catch (error) {
      if (error instanceof Refusal && Object.hasOwn(auditRefusals, error.code)) return false;
      throw error;
    }
  }

  private async entriesOf(tx: Tx, { index, width }: TileRef) {
    const rows = await this.entries.range(tx, index * 256, index * 256 + width);
    const missing = rows.findIndex((row, at) => row.index !== index * 256 + at);
    const from = index * 256 + (missing < 0 ? rows.length : missing);
    if (missing >= 0 || rows.length < width) throw refuse('audit.entry-missing', { from, to: index * 256 + width - 1 });
    return rows;
  }
}
