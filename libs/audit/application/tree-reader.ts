import { setImmediate as letOthersIn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Tx } from '#platform/database';
import type { Hash } from '../domain/merkle.js';
import { planConsistency, planInclusion, type ProofPlan } from '../domain/proof-plan.js';
import { hashesAtLevel, tileWidth, type TileRef, tileWidthAt } from '../domain/tiles.js';
import { edgeOf, rootOf, type TreeEdge } from '../domain/tree-edge.js';
import { TreeRepository } from '../persistence/tree.repository.js';

const atOnce = 32;

/** Edge, roots and proofs of the stored tree, at its present size or any earlier one. */
@Injectable()
export class TreeReader {
  constructor(private readonly tree: TreeRepository) {}

  async edge(tx: Tx, size: number): Promise<TreeEdge> {
    const wanted: TileRef[] = [];
    for (let level = 0; hashesAtLevel(size, level) > 0; level += 1) {
      const index = Math.floor(hashesAtLevel(size, level) / tileWidth);
      const width = tileWidthAt(size, level, index);
      if (width > 0) wanted.push({ level, index, width });
    }
    const found = await this.tree.tiles(tx, wanted);
    const bytes = new Map(wanted.map((tile) => [tile.level, found.get(tile)]));
    return edgeOf(size, ({ level }) => bytes.get(level) ?? new Uint8Array());
  }

  async rootAt(tx: Tx, size: number): Promise<Hash> {
    return rootOf(await this.edge(tx, size));
  }

  /** @throws Refusal `audit.no-such-entry`. */
  inclusion(tx: Tx, index: number, size: number): Promise<Hash[]> {
    return this.build(tx, planInclusion(index, size));
  }

  /** Paths of many leaves: their tiles are read together, some leaves at a time, and other requests are let in between. */
  async inclusions(tx: Tx, indices: readonly number[], size: number): Promise<Hash[][]> {
    const paths: Hash[][] = [];
    for (let from = 0; from < indices.length; from += atOnce) {
      const plans = indices.slice(from, from + atOnce).map((index) => planInclusion(index, size));
      const found = await this.tree.tiles(
        tx,
        plans.flatMap(({ tiles }) => tiles),
      );
      for (const plan of plans) paths.push(plan.build((tile) => found.get(tile) ?? new Uint8Array()));
      await letOthersIn();
    }
    return paths;
  }

  /** @throws Refusal `audit.no-such-size`. */
  consistency(tx: Tx, first: number, second: number): Promise<Hash[]> {
    return this.build(tx, planConsistency(first, second));
  }

  private async build(tx: Tx, plan: ProofPlan): Promise<Hash[]> {
    const found = await this.tree.tiles(tx, plan.tiles);
    return plan.build((tile) => found.get(tile) ?? new Uint8Array());
  }
}
