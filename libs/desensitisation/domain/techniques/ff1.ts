import { createCipheriv, createHmac } from 'node:crypto';

export type Ff1Cipher = 'aes' | 'sm4';

const rounds = 10;
const block = 16;
const letters = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The cipher's own key, so that one key of a purpose serves a digest and a cipher without either telling of the other. */
export const ff1Key = (cipher: Ff1Cipher, key: Uint8Array): Buffer =>
  createHmac('sha256', key)
    .update(`ff1-${cipher}`)
    .digest()
    .subarray(0, cipher === 'aes' ? 32 : 16);

const nameOf = (cipher: Ff1Cipher, key: Uint8Array): string => (cipher === 'sm4' ? 'sm4-ecb' : `aes-${String(key.length * 8)}-ecb`);

/**
 * FF1.Encrypt of NIST SP 800-38G, for numerals `0`–`9`, `a`–`z` of a radix up to 36: the reference for what the engine computes in batches.
 * @param key the cipher's key itself
 */
export function ff1(cipher: Ff1Cipher, key: Uint8Array, radix: number, tweak: Uint8Array, text: string): string {
  const encryption = createCipheriv(nameOf(cipher, key), key, null).setAutoPadding(false);
  const encrypt = (data: Buffer): Buffer => encryption.update(data);
  const prf = (data: Buffer): Buffer => {
    let last: Buffer = Buffer.alloc(block);
    for (let at = 0; at < data.length; at += block) last = encrypt(Buffer.from(last.map((byte, i) => byte ^ (data[at + i] ?? 0))));
    return last;
  };
  const n = text.length;
  const u = Math.floor(n / 2);
  const v = n - u;
  const b = Math.ceil(Math.ceil(v * Math.log2(radix)) / 8);
  const d = 4 * Math.ceil(b / 4) + 4;
  const p = Buffer.alloc(block);
  p.set([1, 2, 1]);
  p.writeUIntBE(radix, 3, 3);
  p.set([rounds, u % 256], 6);
  p.writeUInt32BE(n, 8);
  p.writeUInt32BE(tweak.length, 12);
  const padding = (((-tweak.length - b - 1) % block) + block) % block;
  let [left, right] = [text.slice(0, u), text.slice(u)];
  for (let round = 0; round < rounds; round++) {
    const number = Buffer.from(
      numberOf(right, radix)
        .toString(16)
        .padStart(2 * b, '0'),
      'hex',
    );
    const r = prf(Buffer.concat([p, tweak, Buffer.alloc(padding), Buffer.from([round]), number]));
    const more = Array.from({ length: Math.ceil(d / block) - 1 }, (_, j) => {
      const counter = Buffer.alloc(block);
      counter.writeUInt32BE(j + 1, block - 4);
      return encrypt(Buffer.from(r.map((byte, i) => byte ^ (counter[i] ?? 0))));
    });
    const y = BigInt(
      `0x${Buffer.concat([r, ...more])
        .subarray(0, d)
        .toString('hex')}`,
    );
    const m = round % 2 === 0 ? u : v;
    const sum = (numberOf(left, radix) + y) % BigInt(radix) ** BigInt(m);
    [left, right] = [right, sum.toString(radix).padStart(m, '0')];
  }
  return left + right;
}

const numberOf = (text: string, radix: number): bigint =>
  Array.from(text).reduce((sum, letter) => sum * BigInt(radix) + BigInt(letters.indexOf(letter)), 0n);
