/**
 * The compression function of SM3 (GB/T 32905-2016) over four messages at once, as a WebAssembly module: lane i of every 128-bit word is of
 * message i. Written out instruction by instruction, so that no toolchain is needed.
 *
 * Exports `memory` (one page) and `bytes`, `words` (state, message, out: addresses): `out = state ^ V(state, message)` where the message's
 * sixteen words are bytes as they stand in memory, or numbers.
 */
export const sm3Module = (): Uint8Array<ArrayBuffer> => (made ??= makeModule());
let made: Uint8Array<ArrayBuffer> | undefined;

type Code = readonly number[];

const leb = (value: number): Code => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
const vector = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const section = (id: number, body: Code): Code => [id, ...leb(body.length), ...body];
const named = (name: string): Code => vector(Array.from(Buffer.from(name), (byte) => [byte]));

const simd = (...code: Code): Code => [0xfd, ...code];
const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number): Code => [0x21, ...leb(local)];
const load = (address: Code, offset: number): Code => [...address, ...simd(0x00, 4, ...leb(offset))];
const store = (address: Code, offset: number, value: Code): Code => [...address, ...value, ...simd(0x0b, 4, ...leb(offset))];
const fourTimes = (word: number): Code => {
  const bytes = [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
  return simd(0x0c, ...bytes, ...bytes, ...bytes, ...bytes);
};
const xor = (a: Code, ...more: readonly Code[]): Code => more.reduce((sum, b) => [...sum, ...b, ...simd(0x51)], a);
const add = (a: Code, ...more: readonly Code[]): Code => more.reduce((sum, b) => [...sum, ...b, ...simd(0xae, 0x01)], a);
const or = (a: Code, b: Code): Code => [...a, ...b, ...simd(0x50)];
/** The bits of `a` where the mask has ones, of `b` elsewhere. */
const select = (a: Code, b: Code, mask: Code): Code => [...a, ...b, ...mask, ...simd(0x52)];
/** @param a what is cheap to say twice: a local */
const rotated = (a: Code, by: number): Code =>
  by % 32 === 0 ? a : or([...a, 0x41, by, ...simd(0xab, 0x01)], [...a, 0x41, 32 - by, ...simd(0xad, 0x01)]); // i32.const is signed, 32 is small
const byteOrder = [3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12];
const swapped = (a: Code): Code => [...a, ...a, ...simd(0x0d, ...byteOrder)];

const [state, message, out] = [get(0), get(1), get(2)];
const firstWord = 3;
const firstOfState = firstWord + 68;
const scratch = firstOfState + 8;
const locals = 68 + 8 + 4;
const w = (j: number): Code => get(firstWord + j);
const rotl = (x: number, n: number): number => ((x << n) | (x >>> ((32 - n) % 32))) >>> 0;
const temporary = (i: number, value: Code): readonly [before: Code, use: Code] => [[...value, ...set(scratch + i)], get(scratch + i)];

function compression(asBytes: boolean): Code {
  const code: number[] = [];
  for (let j = 0; j < 16; j++) {
    const word = load(message, j * 16);
    code.push(...(asBytes ? swapped(word) : word), ...set(firstWord + j));
  }
  for (let j = 16; j < 68; j++) {
    const [before, x] = temporary(0, xor(w(j - 16), w(j - 9), rotated(w(j - 3), 15)));
    code.push(...before, ...xor(x, rotated(x, 15), rotated(x, 23), rotated(w(j - 13), 7), w(j - 6)), ...set(firstWord + j));
  }
  for (let i = 0; i < 8; i++) code.push(...load(state, i * 16), ...set(firstOfState + i));
  let at = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => firstOfState + i);
  for (let j = 0; j < 64; j++) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = at;
    const constant = fourTimes(rotl(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));
    const [a12, turned] = temporary(0, rotated(get(a), 12));
    const [sum, summed] = temporary(1, add(turned, get(e), constant));
    const [ss1, first] = temporary(2, rotated(summed, 7));
    const ff = j < 16 ? xor(get(a), get(b), get(c)) : select(get(c), get(a), xor(get(a), get(b)));
    const gg = j < 16 ? xor(get(e), get(f), get(g)) : select(get(f), get(g), get(e));
    const tt1 = add(ff, get(d), xor(first, turned), xor(w(j), w(j + 4)));
    const [tt2, second] = temporary(3, add(gg, get(h), first, w(j)));
    code.push(...a12, ...sum, ...ss1, ...tt1, ...set(d), ...tt2);
    code.push(...xor(second, rotated(second, 9), rotated(second, 17)), ...set(h));
    code.push(...rotated(get(b), 9), ...set(b), ...rotated(get(f), 19), ...set(f));
    at = [d, a, b, c, h, e, f, g];
  }
  at.forEach((local, i) => code.push(...store(out, i * 16, xor(get(local), load(state, i * 16)))));
  return code;
}

function makeModule(): Uint8Array<ArrayBuffer> {
  const [i32, v128] = [0x7f, 0x7b];
  const functions = [true, false].map((asBytes): Code => {
    const body = [...vector([[...leb(locals), v128]]), ...compression(asBytes), 0x0b];
    return [...leb(body.length), ...body];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, ...vector([[i32], [i32], [i32]]), ...vector([])]])),
    ...section(3, vector([[0], [0]])),
    ...section(5, vector([[0x00, 1]])),
    ...section(7, vector([[...named('memory'), 2, 0], [...named('bytes'), 0, 0], [...named('words'), 0, 1]])),
    ...section(10, vector(functions)),
  ]); // prettier-ignore
}
