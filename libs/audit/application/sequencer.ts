import { Inject, Injectable } from '@nestjs/common';
import { type ActContext, type Clock, type Id, type JsonObject, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import { leafHash } from '../domain/merkle.js';
import { appendLeaves, partialTiles } from '../domain/tree-edge.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { EntriesRepository } from '../persistence/entries.repository.js';
import { type LogRow, TreeRepository, type UnsequencedEntry } from '../persistence/tree.repository.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { ExternalCheckpoints } from './external-checkpoints.js';
import { heldWitnessName } from './log-keys.js';
import { LogOpening } from './log-opening.js';
import { TreeReader } from './tree-reader.js';
import { Witnesses } from './witnesses.js';

/** Entries a turn; a longer backlog takes several. */
const batch = 1024;

/** Gives journal entries their places and grows the tree; one at a time, whoever else tries goes home. */
@Injectable()
export class Sequencer {
  /** The largest tree this process saw; a smaller one means that the database went back in time. */
  private seen = -1;
  private opened = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly tree: TreeRepository,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
    private readonly reader: TreeReader,
    private readonly opening: LogOpening,
    private readonly witnesses: Witnesses,
    private readonly external: ExternalCheckpoints,
    private readonly signer: CheckpointSigner,
  ) {}

  /**
   * One turn: places what has no place, then signs a checkpoint over it and cosigns it where the platform holds the witness's key.
   * @returns how many entries were placed
   * @throws Refusal `audit.tree-behind`: nothing is sequenced on top of a tree that lost what was cosigned.
   */
  async turn(): Promise<number> {
    const context = systemAct('audit', 'audit-log.sequenced', this.clock.now());
    if (!(await this.isOpen(context)) || !(await this.hasWork(context))) return 0;
    const placed = await this.unitOfWork.run(context, async (tx) => {
      if (!(await this.tree.claimSequencing(tx))) return 0;
      const log = await this.tree.log(tx);
      if (log === undefined) throw new Error('the log has no row');
      if (this.seen < 0 || log.size < this.seen) await this.external.assertMatches(tx);
      this.seen = log.size;
      return this.place(tx, log, await this.tree.unsequenced(tx, batch));
    });
    await this.signer.signNewest(context);
    if (this.config.heldWitness) await this.witnesses.cosignByItself(context);
    return placed;
  }

  /** Once a process; what was opened stays open. */
  private async isOpen(context: ActContext): Promise<boolean> {
    this.opened ||= await this.opening.open(context);
    return this.opened;
  }

  /** Entries that no checkpoint covers, or a checkpoint that the held witness could not cosign last time. */
  private hasWork(context: ActContext): Promise<boolean> {
    return this.unitOfWork.read(context, async (tx) => {
      const newest = await this.checkpoints.newest(tx);
      if ((await this.entries.beyond(tx, newest?.size ?? 0)).entries > 0) return true;
      const log = await this.tree.log(tx);
      if (!this.config.heldWitness || log === undefined || newest === undefined) return false;
      return ((await this.checkpoints.newestBy(tx, heldWitnessName(log.origin)))?.size ?? 0) < newest.size;
    });
  }

  private async place(tx: Tx, log: LogRow, found: readonly UnsequencedEntry[]): Promise<number> {
    if (found.length === 0) return 0;
    const ids: Id[] = found.map(({ id }) => id);
    if ((await this.tree.place(tx, ids, log.size)) !== ids.length) throw new Error('another sequencer placed these entries');
    const grown = appendLeaves(
      await this.reader.edge(tx, log.size),
      found.map(({ canonical }) => leafHash(Buffer.from(canonical, 'utf8'))),
    );
    await this.tree.saveTiles(tx, [...grown.full, ...partialTiles(grown.edge)]);
    await this.tree.saveIssued(
      tx,
      found.flatMap(({ canonical }, at) => issued(canonical, log.size + at)),
    );
    await this.tree.grow(tx, grown.edge.size);
    return found.length;
  }
}

function issued(canonical: string, index: number): { digest: string; index: number }[] {
  const { after } = JSON.parse(canonical) as JsonObject;
  return typeof after === 'string' ? [{ digest: after, index }] : [];
}
