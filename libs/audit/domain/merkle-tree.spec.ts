import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Hash, leafHash, nodeHash, sameHash, treeHash } from './merkle.js';
import { planConsistency, planInclusion, type ProofPlan } from './proof-plan.js';
import { rootFromInclusion, verifyConsistency, verifyInclusion } from './proof-verification.js';
import { tilePath, type TileRef } from './tiles.js';
import { appendLeaves, edgeOf, emptyEdge, partialTiles, rootOf, type TreeEdge } from './tree-edge.js';

/** The vectors of Google's certificate-transparency implementations, written for RFC 6962. */
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const hex = (hash: Hash | undefined) => Buffer.from(hash ?? []).toString('hex');
const vectorLeaves = inputs.map((input) => leafHash(Buffer.from(input, 'hex')));

/** The definitions of RFC 6962 §2.1 read off the page, as the oracle for tiles, edges and plans. */
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);
function mth(d: readonly Hash[]): Hash {
  if (d.length === 0) return createHash('sha256').digest();
  if (d.length === 1) return d[0] as Hash;
  const k = split(d.length);
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: readonly Hash[]): Hash[] {
  if (d.length <= 1) return [];
  const k = split(d.length);
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: readonly Hash[], whole: boolean): Hash[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))] : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

const leaf = (n: number) => leafHash(Buffer.from(`entry ${n}`));
const leaves = Array.from({ length: 66_000 }, (_, n) => leaf(n));
const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 200, max: 1100 }), fc.constantFrom(256, 257, 511, 512));

/** A published tree of a size: root and tiles by path. */
const published = new Map<number, ReturnType<typeof grow>>();
const publish = (size: number) => published.get(size) ?? published.set(size, grow(size)).get(size) ?? grow(size);
function grow(size: number): { root: Hash; read: (tile: TileRef) => Uint8Array } {
  const { edge, full } = appendLeaves(emptyEdge, leaves.slice(0, size));
  const tiles = new Map([...full, ...partialTiles(edge)].map((tile) => [tilePath(tile), tile.bytes]));
  return { root: rootOf(edge), read: (tile) => tiles.get(tilePath(tile)) ?? new Uint8Array() };
}
const build = (plan: ProofPlan, size: number) => plan.build(publish(size).read);

describe('the Merkle tree of RFC 6962', () => {
  it('has the published roots after each of the published leaves', () => {
    let edge: TreeEdge = emptyEdge;
    expect(hex(rootOf(edge))).toBe(roots[0]);
    vectorLeaves.forEach((vector, n) => {
      edge = appendLeaves(edge, [vector]).edge;
      expect(hex(rootOf(edge))).toBe(roots[n + 1]);
      expect(hex(treeHash(vectorLeaves.slice(0, n + 1)))).toBe(roots[n + 1]);
    });
  });

  it('has the published inclusion and consistency proofs', () => {
    const proof = (list: readonly Hash[]) => list.map((hash) => hex(hash).slice(0, 8));
    const read = (size: number) => () => Buffer.concat(vectorLeaves.slice(0, size));
    expect(proof(planInclusion(0, 8).build(read(8)))).toEqual(['96a296d2', '5f083f0a', '6b47aaf2']);
    expect(proof(planInclusion(5, 8).build(read(8)))).toEqual(['bc1a0643', 'ca854ea1', 'd37ee418']);
    expect(proof(planInclusion(2, 3).build(read(3)))).toEqual(['fac54203']);
    expect(proof(planConsistency(1, 8).build(read(8)))).toEqual(['96a296d2', '5f083f0a', '6b47aaf2']);
    expect(proof(planConsistency(6, 8).build(read(8)))).toEqual(['0ebc5d34', 'ca854ea1', 'd37ee418']);
    expect(proof(planConsistency(2, 5).build(read(5)))).toEqual(['5f083f0a', 'bc1a0643']);
  });

  it('has the same root however its leaves were batched, and after its edge was read back from tiles', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(1100), { maxLength: 4 }), (size, cuts) => {
        const marks = [0, ...cuts.filter((cut) => cut < size), size].sort((a, b) => a - b);
        const tiles = new Map<string, Uint8Array>();
        let edge: TreeEdge = emptyEdge;
        for (const mark of marks) {
          const grown = appendLeaves(edge, leaves.slice(edge.size, mark));
          for (const tile of [...grown.full, ...partialTiles(grown.edge)]) tiles.set(tilePath(tile), tile.bytes);
          edge = edgeOf(mark, (tile) => tiles.get(tilePath(tile)) ?? new Uint8Array());
        }
        expect(hex(rootOf(edge))).toBe(hex(mth(leaves.slice(0, size))));
      }),
      { numRuns: 60 },
    );
  });
});

describe('inclusion proofs', () => {
  it('are those of the RFC and verify, for every leaf of trees of any size', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, pick) => {
        const index = pick % size;
        const { root, read } = publish(size);
        const proof = planInclusion(index, size).build(read);
        expect(proof.map(hex)).toEqual(path(index, leaves.slice(0, size)).map(hex));
        verifyInclusion(leaf(index), index, size, proof, root);
      }),
      { numRuns: 60 },
    );
  });

  it('verify across three levels of tiles', () => {
    const size = 65_537 + 300;
    const { root, read } = publish(size);
    for (const index of [0, 255, 65_535, 65_536, size - 1])
      verifyInclusion(leaf(index), index, size, planInclusion(index, size).build(read), root);
    verifyConsistency(65_537, size, planConsistency(65_537, size).build(read), publish(65_537).root, root);
  });

  it('fail when any bit of leaf, path or root is flipped, or the index moves [AUD-04]', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 600 }), fc.nat(), fc.nat(), fc.nat(255), (size, pick, part, bit) => {
        const index = pick % size;
        const { root, read } = publish(size);
        const parts = [leaf(index), root, ...planInclusion(index, size).build(read)];
        const flipped = parts.map((hash, at) => (at === part % parts.length ? flip(hash, bit) : hash));
        const [wrongLeaf, wrongRoot, ...wrongPath] = flipped as [Hash, Hash, ...Hash[]];
        expect(() => verifyInclusion(wrongLeaf, index, size, wrongPath, wrongRoot)).toThrow('audit.inclusion-fails');
        const [, , ...proof] = parts;
        expect(() => verifyInclusion(leaf(index), (index + 1) % size, size, proof, root)).toThrow('audit.inclusion-fails');
      }),
    );
  });

  it('fail when the path is longer or shorter than its place in the tree asks for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), (size, pick) => {
        const index = pick % size;
        const proof = build(planInclusion(index, size), size);
        expect(rootFromInclusion(leaf(index), index, size, proof.slice(1))).toBeUndefined();
        expect(rootFromInclusion(leaf(index), index, size, [...proof, leaf(0)])).toBeUndefined();
        expect(rootFromInclusion(leaf(index), size, size, proof)).toBeUndefined();
      }),
    );
  });

  it('are not offered for what is not in the log', () => {
    for (const index of [-1, 5, 0.5, Number.NaN]) expect(() => planInclusion(index, 5)).toThrow('audit.no-such-entry');
  });

  it('stay exact in logs far beyond 32-bit sizes', () => {
    const size = 2 ** 45 + 3;
    const [first, last] = [planInclusion(2 ** 44, size), planInclusion(size - 1, size)];
    expect(first.tiles.every(({ width }) => width >= 1 && width <= 256)).toBe(true);
    expect(last.tiles).toEqual([
      { level: 0, index: 2 ** 37, width: 3 },
      { level: 5, index: 0, width: 32 },
    ]);
  });
});

describe('consistency proofs', () => {
  const pairs = fc.tuple(sizes, fc.nat()).map(([second, pick]) => [1 + (pick % second), second] as const);

  it('are those of the RFC and verify between any two sizes of a log', () => {
    fc.assert(
      fc.property(pairs, ([first, second]) => {
        const { root, read } = publish(second);
        const proof = planConsistency(first, second).build(read);
        expect(proof.map(hex)).toEqual(subproof(first, leaves.slice(0, second), true).map(hex));
        verifyConsistency(first, second, proof, publish(first).root, root);
      }),
      { numRuns: 60 },
    );
  });

  it('need nothing from the empty log, and the same size has one root', () => {
    verifyConsistency(0, 7, [], publish(0).root, publish(7).root);
    verifyConsistency(7, 7, [], publish(7).root, publish(7).root);
    expect(() => verifyConsistency(7, 7, [], publish(7).root, flip(publish(7).root, 3))).toThrow('audit.consistency-fails');
    expect(() => verifyConsistency(0, 7, [leaf(1)], publish(0).root, publish(7).root)).toThrow('audit.consistency-fails');
  });

  it('fail for a rewritten, a shrunk and a forked log [AUD-04]', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 1, max: 300 }), fc.nat(), (first, more, pick) => {
        const second = first + more;
        const rewritten = leaves.slice(0, second);
        rewritten[pick % first] = leaf(-1);
        const proof = build(planConsistency(first, second), second);
        const [honest, forged] = [publish(first).root, mth(rewritten)];
        expect(() => verifyConsistency(first, second, proof, honest, forged)).toThrow('audit.consistency-fails');
        const forgedProof = subproof(first, rewritten, true);
        expect(() => verifyConsistency(first, second, forgedProof, honest, forged)).toThrow('audit.consistency-fails');
        expect(() => verifyConsistency(second, first, proof, publish(second).root, honest)).toThrow('audit.consistency-fails');
      }),
      { numRuns: 60 },
    );
  });

  it('fail when any bit of them is flipped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), fc.nat(255), (second, pick, part, bit) => {
        const first = 1 + (pick % (second - 1));
        const proof = build(planConsistency(first, second), second);
        const wrong = proof.map((hash, at) => (at === part % proof.length ? flip(hash, bit) : hash));
        expect(() => verifyConsistency(first, second, wrong, publish(first).root, publish(second).root)).toThrow('audit.consistency-fails');
      }),
    );
  });
});

function flip(hash: Hash, bit: number): Hash {
  const copy = Buffer.from(hash);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  expect(sameHash(copy, hash)).toBe(false);
  return copy;
}
