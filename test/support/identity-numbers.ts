import { residentIdCheck, sha256 } from '#kernel';

/** A made-up identity number of a person, always the same one. */
export function numberOf(personId: string): string {
  const digits = BigInt(`0x${sha256(personId).slice(7, 39)}`)
    .toString()
    .padStart(17, '0')
    .slice(-16);
  const first17 = `1${digits}`;
  return first17 + residentIdCheck(first17);
}
