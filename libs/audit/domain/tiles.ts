import type { Hash } from './merkle.js';
import { refuse } from './refusals.js';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const tileWidth = 256;
const hashLength = 32;

/** One tile: level 0 holds leaf hashes, each hash above is the root of a full tile below. `width` is 256 for a full tile. */
export interface TileRef {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Zero-padded groups of three digits, all but the last behind an `x`: 1234067 is `x001/x234/067`. */
export function tileIndexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}
const partial = (width: number): string => (width === tileWidth ? '' : `.p/${width}`);

/** `tile/<L>/<N>[.p/<W>]` */
export const tilePath = ({ level, index, width }: TileRef): string => `tile/${level}/${tileIndexPath(index)}${partial(width)}`;
/** `tile/entries/<N>[.p/<W>]` */
export const bundlePath = (index: number, width: number): string => `tile/entries/${tileIndexPath(index)}${partial(width)}`;
/** SM3 digests of a bundle's entries, 32 bytes each, beside the tiles: `sm3/<N>[.p/<W>]` (not part of C2SP). */
export const sm3Path = (index: number, width: number): string => `sm3/${tileIndexPath(index)}${partial(width)}`;

/** What a published path names; undefined for anything that is not spelled exactly so. */
export function parseTilePath(path: string): { readonly kind: 'tile' | 'entries' | 'sm3'; readonly ref: TileRef } | undefined {
  const match = /^(?:tile\/(entries|0|[1-9]\d?)|(sm3))\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (match === null) return undefined;
  const [, place, sm3, number = '', width] = match;
  const index = Number(number.replaceAll(/[x/]/g, ''));
  const ref = { level: Number(place) || 0, index, width: width === undefined ? tileWidth : Number(width) };
  if (ref.level > 63 || !Number.isSafeInteger(index) || tileIndexPath(index) !== number) return undefined;
  if (width !== undefined && ref.width >= tileWidth) return undefined;
  return { kind: sm3 === undefined ? (place === 'entries' ? 'entries' : 'tile') : 'sm3', ref };
}

/** How many hashes stand at a tile level in a tree of that size. */
export const hashesAtLevel = (size: number, level: number): number => Math.floor(size / tileWidth ** level);

/** Width of a tile in a tree of that size: 256 for a full one, 0 if it does not exist. */
export const tileWidthAt = (size: number, level: number, index: number): number =>
  Math.max(0, Math.min(tileWidth, hashesAtLevel(size, level) - index * tileWidth));

/** Every tile that a tree of that size publishes, lowest level first. */
export function tilesOf(size: number): TileRef[] {
  const tiles: TileRef[] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level += 1)
    for (let index = 0; tileWidthAt(size, level, index) > 0; index += 1)
      tiles.push({ level, index, width: tileWidthAt(size, level, index) });
  return tiles;
}

export const encodeHashes = (hashes: readonly Hash[]): Uint8Array => Buffer.concat(hashes);

/** @throws Refusal `audit.tile-malformed` unless the bytes are exactly `width` hashes. */
export function decodeHashes(bytes: Uint8Array, width: number): Hash[] {
  if (bytes.length !== width * hashLength) throw refuse('audit.tile-malformed', { bytes: bytes.length, expected: width * hashLength });
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * hashLength, (at + 1) * hashLength));
}

/** The longest entry that a bundle's 16-bit length can announce. */
const maxEntryBytes = 0xffff;

/** An entry bundle: each entry behind its big-endian 16-bit length. @throws Refusal `audit.entry-too-long`. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > maxEntryBytes) throw refuse('audit.entry-too-long', { bytes: entry.length, most: maxEntryBytes });
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** The whole entries that a bundle begins with, and the bytes left over behind them: none in a sound one. */
export function splitBundle(bytes: Uint8Array): { readonly entries: Uint8Array[]; readonly rest: Uint8Array } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= view.length) {
    const end = at + 2 + view.readUInt16BE(at);
    if (end > view.length) break;
    entries.push(view.subarray(at + 2, end));
    at = end;
  }
  return { entries, rest: view.subarray(at) };
}

/** @throws Refusal `audit.tile-malformed` when the bytes do not end with an entry. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] {
  const { entries, rest } = splitBundle(bytes);
  if (rest.length > 0) throw refuse('audit.tile-malformed', { bytes: bytes.length, expected: bytes.length - rest.length });
  return entries;
}
