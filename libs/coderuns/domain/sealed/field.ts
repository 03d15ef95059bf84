import { sealedMapPrime } from './header.js';

/** Arithmetic of the prime field in which sealed maps are written. */
const { floor, imul } = Math;
const fieldPrime = sealedMapPrime;

/** Reduced by an estimate of the quotient: exact, since the rest stays within 32 bits for primes below 2^30. */
export function times(a: number, b: number): number {
  const quotient = floor((a * b) / fieldPrime);
  const rest = (imul(a, b) - imul(quotient, fieldPrime)) | 0;
  return rest < 0 ? rest + fieldPrime : rest >= fieldPrime ? rest - fieldPrime : rest;
}
export const minus = (a: number, b: number): number => (a >= b ? a - b : a - b + fieldPrime);
export function plus(a: number, b: number): number {
  const sum = a + b;
  return sum >= fieldPrime ? sum - fieldPrime : sum;
}

/**
 * The length of the shortest linear recurrence that a sequence follows (Massey, IEEE Trans. Inf. Theory 15, 1969; without divisions), or
 * nothing as soon as it is longer than `most`. Of the sums x · s^j over n different s with x other than 0 it is n, wherever the sequence
 * has 2 n terms or more.
 */
export function recurrenceLength(sequence: ArrayLike<number>, most: number): number | undefined {
  const terms = sequence.length;
  const current = new Int32Array(terms + 1);
  let before = new Int32Array(terms + 1);
  let spare = new Int32Array(terms + 1);
  current[0] = 1;
  before[0] = 1;
  let length = 0;
  let gap = 1;
  let gone = 1;
  for (let at = 0; at < terms; at += 1) {
    let discrepancy = 0;
    for (let i = 0; i <= length; i += 1) discrepancy = plus(discrepancy, times(current[i] ?? 0, sequence[at - i] ?? 0));
    if (discrepancy === 0) {
      gap += 1;
      continue;
    }
    const longer = 2 * length <= at;
    if (longer && at + 1 - length > most) return undefined;
    if (longer) spare.set(current);
    for (let i = 0; i <= terms; i += 1)
      current[i] = minus(times(gone, current[i] ?? 0), i < gap ? 0 : times(discrepancy, before[i - gap] ?? 0));
    if (longer) {
      length = at + 1 - length;
      [before, spare] = [spare, before];
      gone = discrepancy;
      gap = 1;
    } else gap += 1;
  }
  return length;
}
