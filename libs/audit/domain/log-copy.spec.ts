import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flipBit, SignedLog } from '../../../test/fixtures/signed-log.js';
import { verifyCheckpoint } from './checkpoint.js';
import { assertPrefixOfCopy, type LogCopy, verifyLogCopy } from './log-copy.js';
import { decodeBundle, encodeBundle } from './tiles.js';

const entries = (n: number, tag = 'honest') => Array.from({ length: n }, (_, at) => ({ action: 'export.released', at, tag }));
const log = new SignedLog().append(...entries(700));
const copyOf =
  (files: ReadonlyMap<string, Uint8Array>): LogCopy =>
  (path) =>
    files.get(path);
const findings = (files: ReadonlyMap<string, Uint8Array>) =>
  verifyLogCopy(copyOf(files), log.trusted).findings.map(({ code, details }) => ({ code, ...details }));
const changed = (path: string, change: (bytes: Uint8Array) => Uint8Array) => {
  const files = log.files();
  files.set(path, change(files.get(path) ?? new Uint8Array()));
  return files;
};

describe('a copy of the whole log', () => {
  it('verifies from its files and the keys alone, at any size [AUD-04]', () => {
    for (const size of [0, 1, 255, 256, 257, 512, 700]) {
      const { checkpoint, findings: none } = verifyLogCopy(copyOf(log.files(size)), log.trusted);
      expect([checkpoint.size, none]).toEqual([size, []]);
    }
  });

  it('names the position of an edited entry [AUD-04]', () => {
    const files = changed('tile/entries/001', (bytes) =>
      encodeBundle(decodeBundle(bytes).map((entry, at) => (at === 44 ? Buffer.from('{"action":"x"}') : entry))),
    );
    expect(findings(files)).toEqual(
      expect.arrayContaining([
        { code: 'audit.entry-differs', index: 300 },
        { code: 'audit.sm3-differs', index: 300 },
        { code: 'audit.root-differs', size: 700 },
      ]),
    );
  });

  it('names the position of a removed entry [AUD-04]', () => {
    const files = changed('tile/entries/001', (bytes) => encodeBundle(decodeBundle(bytes).filter((_, at) => at !== 44)));
    expect(findings(files)).toEqual(
      expect.arrayContaining([
        { code: 'audit.entry-differs', index: 300 },
        { code: 'audit.entry-missing', from: 511, to: 511 },
      ]),
    );
  });

  it('names the run of entries when its leaf hashes were rewritten with it', () => {
    const forged = new SignedLog(log.origin).append(...entries(300), { action: 'forged' }, ...entries(700).slice(301));
    const files = log.files();
    for (const path of ['tile/0/001', 'tile/entries/001', 'sm3/001']) files.set(path, forged.files().get(path) ?? new Uint8Array());
    expect(findings(files)).toEqual([
      { code: 'audit.tile-differs', path: 'tile/1/000.p/2', from: 256, to: 511 },
      { code: 'audit.root-differs', size: 700 },
    ]);
  });

  it('names what was cut off its tail', () => {
    const files = log.files();
    files.delete('tile/entries/002.p/188');
    expect(findings(files)).toEqual([{ code: 'audit.entry-missing', from: 512, to: 699 }]);
    files.delete('tile/0/002.p/188');
    expect(findings(files).map(({ code }) => code)).toContain('audit.file-missing');
  });

  it('shows every flipped bit of every file', () => {
    const paths = [...log.files().keys()].filter((path) => path !== 'checkpoint');
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(), (path, bit) => {
        expect(findings(changed(path, (bytes) => flipBit(bytes, bit))).length).toBeGreaterThan(0);
      }),
    );
  });

  it('is refused with a checkpoint that is missing, edited or signed by someone else', () => {
    const without = log.files();
    without.delete('checkpoint');
    expect(() => findings(without)).toThrow('audit.file-missing');
    expect(() => findings(changed('checkpoint', (bytes) => Buffer.from(Buffer.from(bytes).toString().replace('700', '699'))))).toThrow(
      'audit.signature-invalid',
    );
    expect(() => verifyLogCopy(copyOf(log.files()), new SignedLog(log.origin).trusted)).toThrow('audit.no-trusted-signature');
  });

  it('is refused when it is a fork, or an old backup, of a log whose checkpoint someone kept [AUD-04]', () => {
    const kept = (size: number) => verifyCheckpoint(log.checkpoint(size), log.trusted);
    const current = (size: number) => verifyLogCopy(copyOf(log.files(size)), log.trusted).checkpoint;
    for (const size of [0, 1, 256, 300, 700]) expect(() => assertPrefixOfCopy(copyOf(log.files()), current(700), kept(size))).not.toThrow();
    expect(() => assertPrefixOfCopy(copyOf(log.files(256)), current(256), kept(300))).toThrow('audit.consistency-fails');
    const fork = new SignedLog(log.origin).append(...entries(700, 'forked'));
    const forkedCheckpoint = verifyLogCopy(copyOf(fork.files()), fork.trusted).checkpoint;
    expect(() => assertPrefixOfCopy(copyOf(fork.files()), forkedCheckpoint, kept(300))).toThrow('audit.consistency-fails');
  });
});
