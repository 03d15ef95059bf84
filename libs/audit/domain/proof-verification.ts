import { emptyRoot, floorPowerOfTwo, type Hash, nodeHash, sameHash } from './merkle.js';
import { refuse } from './refusals.js';

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

/**
 * Root that an inclusion path leads to (RFC 9162 §2.1.3.2); undefined when the path's length does not fit index and size.
 * @param index position of the leaf, from 0
 */
export function rootFromInclusion(leaf: Hash, index: number, size: number, path: readonly Hash[]): Hash | undefined {
  if (index >= size) return undefined;
  let [fn, sn, r] = [index, size - 1, leaf];
  for (const p of path) {
    if (sn === 0) return undefined;
    if (isOdd(fn) || fn === sn) {
      r = nodeHash(p, r);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      r = nodeHash(r, p);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? r : undefined;
}

/** @throws Refusal `audit.inclusion-fails` unless the leaf stands at that index of the tree with that size and root. */
export function verifyInclusion(leaf: Hash, index: number, size: number, path: readonly Hash[], root: Hash): void {
  const computed = rootFromInclusion(leaf, index, size, path);
  if (computed === undefined || !sameHash(computed, root)) throw refuse('audit.inclusion-fails', { index, size });
}

/**
 * Shows that the tree of the first size is a prefix of the second (RFC 9162 §2.1.4.2).
 * @throws Refusal `audit.consistency-fails`, also for a shrinking log and for two roots of one size.
 */
export function verifyConsistency(first: number, second: number, path: readonly Hash[], firstRoot: Hash, secondRoot: Hash): void {
  const computed = rootsFromConsistency(first, second, path, firstRoot, secondRoot);
  if (computed === undefined || !sameHash(computed[0], firstRoot) || !sameHash(computed[1], secondRoot))
    throw refuse('audit.consistency-fails', { first, second });
}

function rootsFromConsistency(
  first: number,
  second: number,
  path: readonly Hash[],
  firstRoot: Hash,
  secondRoot: Hash,
): [Hash, Hash] | undefined {
  if (first > second) return undefined;
  if (first === second) return path.length === 0 ? [firstRoot, firstRoot] : undefined;
  // RFC 9162 leaves an empty first tree out: every tree extends it and nothing needs to be shown.
  if (first === 0) return path.length === 0 ? [emptyRoot(), secondRoot] : undefined;
  const [start, ...rest] = floorPowerOfTwo(first) === first ? [firstRoot, ...path] : path;
  if (start === undefined || path.length === 0) return undefined;
  let [fn, sn] = [first - 1, second - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [start, start];
  for (const c of rest) {
    if (sn === 0) return undefined;
    if (isOdd(fn) || fn === sn) {
      [fr, sr] = [nodeHash(c, fr), nodeHash(c, sr)];
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      sr = nodeHash(sr, c);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? [fr, sr] : undefined;
}
