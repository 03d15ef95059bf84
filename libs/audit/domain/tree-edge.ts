import { emptyRoot, type Hash, nodeHash, treeHash } from './merkle.js';
import { decodeHashes, encodeHashes, hashesAtLevel, tileWidth, type TileRef } from './tiles.js';

/**
 * The right edge of a tree: the hashes of the partial tile of each level. It is all that appending needs, so a log of any
 * length grows from a few kilobytes.
 */
export interface TreeEdge {
  readonly size: number;
  /** Per tile level 0 to 255 hashes; a full tile is emitted and leaves the edge. */
  readonly levels: readonly (readonly Hash[])[];
}
export interface Tile extends TileRef {
  readonly bytes: Uint8Array;
}

export const emptyEdge: TreeEdge = { size: 0, levels: [] };

/** Appends leaf hashes in order and hands back the tiles that became full on the way. */
export function appendLeaves(edge: TreeEdge, leaves: readonly Hash[]): { readonly edge: TreeEdge; readonly full: readonly Tile[] } {
  const levels = edge.levels.map((hashes) => [...hashes]);
  const full: Tile[] = [];
  let size = edge.size;
  for (const leaf of leaves) {
    size += 1;
    let carry: Hash | undefined = leaf;
    for (let level = 0; carry !== undefined; level += 1) {
      const hashes: Hash[] = (levels[level] ??= []);
      hashes.push(carry);
      carry = undefined;
      if (hashes.length === tileWidth) {
        full.push({ level, index: hashesAtLevel(size, level) / tileWidth - 1, width: tileWidth, bytes: encodeHashes(hashes) });
        carry = treeHash(hashes);
        levels[level] = [];
      }
    }
  }
  return { edge: { size, levels }, full };
}

/** The partial tiles that a checkpoint over this edge must publish. */
export const partialTiles = (edge: TreeEdge): Tile[] =>
  edge.levels.flatMap((hashes, level) =>
    hashes.length === 0
      ? []
      : [{ level, index: Math.floor(hashesAtLevel(edge.size, level) / tileWidth), width: hashes.length, bytes: encodeHashes(hashes) }],
  );

/** The edge of a published tree, read back from its partial tiles. @throws Refusal `audit.tile-malformed`. */
export function edgeOf(size: number, read: (tile: TileRef) => Uint8Array): TreeEdge {
  const levels: Hash[][] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1) {
    const count = hashesAtLevel(size, level);
    const width = count % tileWidth;
    levels.push(width === 0 ? [] : decodeHashes(read({ level, index: Math.floor(count / tileWidth), width }), width));
  }
  return { size, levels };
}

/** Root hash (RFC 6962 §2.1) of the tree with this edge. */
export function rootOf(edge: TreeEdge): Hash {
  let root: Hash | undefined;
  for (const hashes of edge.levels)
    for (const subtree of perfectSubtrees(hashes).reverse()) root = root === undefined ? subtree : nodeHash(subtree, root);
  return root ?? emptyRoot();
}

/** Roots of the perfect subtrees, largest first, into which a run of hashes falls. */
function perfectSubtrees(hashes: readonly Hash[]): Hash[] {
  const roots: Hash[] = [];
  for (let from = 0, length = 128; length >= 1; length /= 2)
    if ((hashes.length & length) !== 0) {
      roots.push(treeHash(hashes.slice(from, from + length)));
      from += length;
    }
  return roots;
}
