import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leafHash } from './merkle.js';
import {
  bundlePath,
  decodeBundle,
  decodeHashes,
  encodeBundle,
  encodeHashes,
  parseTilePath,
  sm3Path,
  tileIndexPath,
  tilePath,
  tilesOf,
} from './tiles.js';

describe('C2SP tlog-tiles', () => {
  it('spells the tile index in groups of three digits, as the specification shows', () => {
    expect(tileIndexPath(1234067)).toBe('x001/x234/067');
    expect(tileIndexPath(0)).toBe('000');
    expect(tileIndexPath(1000)).toBe('x001/000');
    expect(tilePath({ level: 1, index: 5, width: 256 })).toBe('tile/1/005');
    expect(tilePath({ level: 0, index: 273, width: 112 })).toBe('tile/0/273.p/112');
    expect(bundlePath(1234067, 1)).toBe('tile/entries/x001/x234/067.p/1');
  });

  it("publishes exactly the specification's tiles for trees of 70,000 and of 256 entries", () => {
    const tiles = tilesOf(70_000);
    const at = (level: number) => tiles.filter((tile) => tile.level === level).map(({ width }) => width);
    expect(at(0)).toEqual([...Array.from({ length: 273 }, () => 256), 112]);
    expect(at(1)).toEqual([256, 17]);
    expect(at(2)).toEqual([1]);
    expect(tilesOf(256)).toEqual([
      { level: 0, index: 0, width: 256 },
      { level: 1, index: 0, width: 1 },
    ]);
    expect(tilesOf(0)).toEqual([]);
  });

  it('reads back every path it writes and nothing that is spelled otherwise', () => {
    const ref = fc.record({ level: fc.nat(63), index: fc.nat(Number.MAX_SAFE_INTEGER), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(
      fc.property(ref, ({ level, index, width }) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ kind: 'tile', ref: { level, index, width } });
        expect(parseTilePath(bundlePath(index, width))).toEqual({ kind: 'entries', ref: { level: 0, index, width } });
        expect(parseTilePath(sm3Path(index, width))).toEqual({ kind: 'sm3', ref: { level: 0, index, width } });
      }),
    );
    for (const path of [
      'tile/64/000',
      'tile/00/000',
      'tile/0/0',
      'tile/0/x000/001',
      'tile/0/001/002',
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      '../tile/0/000',
      'tile/0/000\n',
      'tile/x/000',
      'checkpoint',
    ])
      expect(parseTilePath(path)).toBeUndefined();
  });

  it('packs entries behind 16-bit lengths and reads the same entries back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
        expect(decodeBundle(encodeBundle(entries)).map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]));
      }),
    );
    expect(Buffer.from(encodeBundle([Buffer.from('ab'), new Uint8Array()])).toString('hex')).toBe('000261620000');
  });

  it('refuses an entry that no bundle can carry, and bytes that end within an entry', () => {
    expect(() => encodeBundle([new Uint8Array(0x10000)])).toThrow('audit.entry-too-long');
    expect(decodeBundle(encodeBundle([new Uint8Array(0xffff)]))).toHaveLength(1);
    for (const hex of ['00', '0001', '000261', '000161ff'])
      expect(() => decodeBundle(Buffer.from(hex, 'hex'))).toThrow('audit.tile-malformed');
    const hashes = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
    expect(decodeHashes(encodeHashes(hashes), 2)).toHaveLength(2);
    expect(() => decodeHashes(encodeHashes(hashes), 3)).toThrow('audit.tile-malformed');
  });
});
