import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { sm3Module } from './sm3-module.js';

/** What of the platform's WebAssembly is used; its types come with a browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Sm3 {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly bytes: (state: number, message: number, out: number) => void;
  readonly words: (state: number, message: number, out: number) => void;
}
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(sm3Module()));
const sm3 = exports as unknown as Sm3;
const memory = new DataView(sm3.memory.buffer);
const start = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];
const padded = (text: Uint8Array): Buffer => {
  const block = Buffer.alloc(64);
  block.set(text);
  block.writeUInt8(0x80, text.length);
  block.writeUInt32BE(text.length * 8, 60);
  return block;
};
const lane = (address: number, word: number, of: number): number => address + 16 * word + 4 * of;

describe('SM3 over four messages at once', () => {
  it('gives the digests of the platform’s own SM3, whether words come as bytes or as numbers [GB/T 32905]', () => {
    const texts = fc.tuple(...Array.from({ length: 4 }, () => fc.uint8Array({ maxLength: 55 })));
    fc.assert(
      fc.property(texts, fc.constantFrom('bytes' as const, 'words' as const), (four, as) => {
        four.forEach((text, l) => {
          start.forEach((word, w) => {
            memory.setUint32(lane(0, w, l), word, true);
          });
          const block = padded(text);
          for (let w = 0; w < 16; w++) memory.setUint32(lane(512, w, l), block.readUInt32BE(4 * w), as === 'words');
        });
        sm3[as](0, 512, 1024);
        four.forEach((text, l) => {
          const digest = Buffer.alloc(32);
          for (let w = 0; w < 8; w++) digest.writeUInt32BE(memory.getUint32(lane(1024, w, l), true), 4 * w);
          expect(digest.toString('hex')).toBe(createHash('sm3').update(text).digest('hex'));
        });
      }),
      { numRuns: 300 },
    );
  });
});
