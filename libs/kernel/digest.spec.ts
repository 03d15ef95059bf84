import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf, hmacSm3, sha256, sm3 } from './digest.js';

describe('digests', () => {
  it('are SHA-256 as FIPS 180-4 publishes it', () => {
    expect(sha256('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('are SM3 as GB/T 32905 appendix A publishes it', () => {
    expect(sm3('abc')).toBe('sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
    expect(sm3('abcd'.repeat(16))).toBe('sm3:debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732');
  });

  it('of equal values are equal, whatever the order of their members', () => {
    expect(digestOf({ b: 1, a: [2] })).toBe(digestOf({ a: [2], b: 1 }));
    expect(digestOf({ a: [2, 1] })).not.toBe(digestOf({ a: [1, 2] }));
  });

  it('under a key follow RFC 2104 over SM3, and no other key gives the same one', () => {
    const block = (key: Uint8Array, pad: number) => {
      const padded = Buffer.alloc(64);
      Buffer.from(key).copy(padded);
      return padded.map((byte) => byte ^ pad);
    };
    const raw = (data: Uint8Array) => Buffer.from(sm3(data).slice(4), 'hex');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.string(), (key, text) => {
        const inner = raw(Buffer.concat([block(key, 0x36), Buffer.from(text)]));
        expect(hmacSm3(key, text)).toBe(raw(Buffer.concat([block(key, 0x5c), inner])).toString('hex'));
      }),
    );
    expect(hmacSm3(Buffer.from('k1'), 'x')).not.toBe(hmacSm3(Buffer.from('k2'), 'x'));
  });
});
