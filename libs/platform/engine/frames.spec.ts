import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { framed, FrameReader, type ChildFrame } from './frames.js';

const read = (bytes: Buffer, cuts: readonly number[] = [], most = 1_000_000) => {
  const heard: unknown[] = [];
  let unreadable = 0;
  const reader = new FrameReader(most, (message) => heard.push(message) > 0, () => unreadable++); // prettier-ignore
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  places.slice(1).forEach((to, i) => {
    reader.push(bytes.subarray(places[i], to));
  });
  return { heard, unreadable, complete: reader.complete };
};

describe('frames between the engine and its process', () => {
  it('bring every value over whole, whatever it holds and however the stream is cut', () => {
    const value = fc.string({ unit: fc.oneof(fc.constantFrom('\u2028', '\u2029', '\ufeff', '\n', '\r', '\0', '王'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (values, cuts) => {
        const frames = values.map((one): ChildFrame => ({ t: 'rows', step: 0, rows: [[one]] }));
        const bytes = Buffer.concat(frames.map(framed));
        expect(read(bytes, cuts.map((cut) => cut % bytes.length))).toEqual({ heard: JSON.parse(JSON.stringify(frames)), unreadable: 0, complete: true });
      }),
    );
  }); // prettier-ignore

  it('are told unreadable once and not read past: no JSON, bad UTF-8, a length beyond the most [DES-04]', () => {
    const good = framed({ t: 'done' });
    const with4 = (body: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, body.length]), body]);
    for (const bad of [with4(Buffer.from('{"t":')), with4(Buffer.from([0x22, 0xff, 0x22])), Buffer.from([0xff, 0xff, 0xff, 0xff, 1])])
      expect(read(Buffer.concat([good, bad, good]))).toMatchObject({ heard: [{ t: 'done' }], unreadable: 1 });
  });

  it('are incomplete when they are cut off', () => {
    const good = framed({ t: 'done' });
    expect(read(good.subarray(0, good.length - 1))).toEqual({ heard: [], unreadable: 0, complete: false });
  });
});
