import { createHash } from 'node:crypto';

/** 32 bytes of SHA-256. */
export type Hash = Uint8Array;

/** Leaf of RFC 6962 §2.1: SHA-256(0x00 || entry). */
export const leafHash = (entry: Uint8Array): Hash => createHash('sha256').update(Uint8Array.of(0)).update(entry).digest();
/** Inner node of RFC 6962 §2.1: SHA-256(0x01 || left || right). */
export const nodeHash = (left: Hash, right: Hash): Hash =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
/** Root of the tree without leaves. */
export const emptyRoot = (): Hash => createHash('sha256').digest();

export const sameHash = (a: Hash, b: Hash): boolean => Buffer.compare(a, b) === 0;

/** The largest power of two that is at most n, n ≥ 1; by doubling, since logarithms round and 32-bit shifts end too early. */
export function floorPowerOfTwo(n: number): number {
  let power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}
/** The largest power of two below n, n > 1 (RFC 6962's k). */
export const splitPoint = (n: number): number => floorPowerOfTwo(n - 1);

/** Merkle Tree Hash (RFC 6962 §2.1) over consecutive leaf or perfect-subtree hashes. */
export function treeHash(hashes: readonly Hash[]): Hash {
  const [only] = hashes;
  if (only === undefined) return emptyRoot();
  if (hashes.length === 1) return only;
  const k = splitPoint(hashes.length);
  return nodeHash(treeHash(hashes.slice(0, k)), treeHash(hashes.slice(k)));
}
