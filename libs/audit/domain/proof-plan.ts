import { floorPowerOfTwo, type Hash, nodeHash, splitPoint, treeHash } from './merkle.js';
import { decodeHashes, tilePath, tileWidthAt, type TileRef } from './tiles.js';
import { refuse } from './refusals.js';

/** Leaves `from` (inclusive) to `to` (exclusive) whose subtree hash is one element of a proof. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** Proofs are planned first, so that exactly the tiles they rest on are fetched, then computed from those. */
export interface ProofPlan {
  readonly tiles: readonly TileRef[];
  /** @param read bytes of a planned tile */
  build(read: (tile: TileRef) => Uint8Array): Hash[];
}

/** Inclusion path (RFC 9162 §2.1.3.1) of a leaf in the tree of that size. @throws Refusal `audit.no-such-entry`. */
export function planInclusion(index: number, size: number): ProofPlan {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw refuse('audit.no-such-entry', { index, size });
  const ranges: LeafRange[] = [];
  for (let [from, to] = [0, size]; to - from > 1;) {
    const middle = from + splitPoint(to - from);
    ranges.push(index < middle ? { from: middle, to } : { from, to: middle });
    [from, to] = index < middle ? [from, middle] : [middle, to];
  }
  return planRanges(ranges.reverse(), size);
}

/** Consistency path (RFC 9162 §2.1.4.1) between two sizes of a log. @throws Refusal `audit.no-such-size`. */
export function planConsistency(first: number, second: number): ProofPlan {
  if (first < 0 || first > second) throw refuse('audit.no-such-size', { first, second });
  if (first === 0 || first === second) return planRanges([], second);
  const ranges: LeafRange[] = [];
  let [from, to] = [0, second];
  while (first !== to) {
    const middle = from + splitPoint(to - from);
    if (first <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The subtree that both trees share needs no hash when it is the whole first tree: its root is known.
  if (from !== 0) ranges.push({ from, to });
  return planRanges(ranges.reverse(), second);
}

interface Node {
  /** Height above the leaves. */
  readonly height: number;
  readonly index: number;
}

/** The perfect subtrees, largest first, of a range that is itself a subtree of RFC 6962 (its start is aligned). */
function perfectNodes({ from, to }: LeafRange): Node[] {
  const nodes: Node[] = [];
  for (let at = from; at < to;) {
    const leaves = floorPowerOfTwo(to - at);
    nodes.push({ height: Math.log2(leaves), index: at / leaves });
    at += leaves;
  }
  return nodes;
}

const tileHeight = 8;
function placeOf({ height, index }: Node, size: number): { tile: TileRef; from: number; to: number } {
  const level = Math.floor(height / tileHeight);
  const width = 2 ** (height % tileHeight);
  const first = index * width;
  const tileIndex = Math.floor(first / 256);
  const from = first % 256;
  return { tile: { level, index: tileIndex, width: tileWidthAt(size, level, tileIndex) }, from, to: from + width };
}

function planRanges(ranges: readonly LeafRange[], size: number): ProofPlan {
  const places = ranges.map((range) => perfectNodes(range).map((node) => placeOf(node, size)));
  const tiles = new Map(places.flat().map(({ tile }) => [tilePath(tile), tile]));
  return {
    tiles: [...tiles.values()],
    build: (read) => {
      const hashes = new Map([...tiles].map(([path, tile]) => [path, decodeHashes(read(tile), tile.width)]));
      const nodeAt = ({ tile, from, to }: ReturnType<typeof placeOf>) => treeHash((hashes.get(tilePath(tile)) ?? []).slice(from, to));
      return places.map((nodes) => nodes.map(nodeAt).reduceRight((right, left) => nodeHash(left, right)));
    },
  };
}
