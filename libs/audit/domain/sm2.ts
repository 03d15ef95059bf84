import { sm2 } from 'sm-crypto-v2';
import { signatureTypes, type VerifierKey, verifierKey } from '#kernel';

/**
 * SM2 lines in notes. C2SP assigns no type byte to SM2, so the key material is `0xff`'s longer identifier, then the point.
 * Signatures are DER (GM/T 0009-2012 §7.3) over SM3 with the standard signer id 1234567812345678. OpenSSL as Node binds it
 * signs with an empty id, which no other SM2 implementation accepts; hence the library.
 */
const identifier = Buffer.from('opdomain:sm2-with-sm3/v1\n', 'ascii');
const pointLength = 65;

/** @param point uncompressed point, 65 bytes beginning with 0x04 */
export const sm2VerifierKey = (name: string, point: Uint8Array): VerifierKey =>
  verifierKey(name, signatureTypes.other, Buffer.concat([identifier, point]));

export const isSm2Key = ({ type, material }: VerifierKey): boolean =>
  type === signatureTypes.other &&
  material.length === identifier.length + pointLength &&
  Buffer.compare(material.subarray(0, identifier.length), identifier) === 0;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const order = BigInt('0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');

/** One INTEGER in its only DER spelling, between 1 and the curve's order; undefined otherwise. @returns where the next begins */
function afterScalar(bytes: Uint8Array, at: number): number | undefined {
  const [tag, length = 0] = bytes.subarray(at, at + 2);
  const content = bytes.subarray(at + 2, at + 2 + length);
  const [first = 0x80, second = 0] = content;
  if (tag !== 0x02 || length > 33 || content.length !== length) return undefined;
  if (first >= 0x80 || (first === 0 && second < 0x80)) return undefined;
  return BigInt(`0x${hex(content)}`) < order ? at + 2 + length : undefined;
}

/** Whether the bytes are `SEQUENCE { INTEGER r, INTEGER s }` and nothing else: the library would read other spellings as well. */
function isStrictDer(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || bytes[1] >= 0x80) return false;
  const afterR = afterScalar(bytes, 2);
  return afterR !== undefined && afterScalar(bytes, afterR) === bytes.length;
}

/** Whether a DER signature over the message is the key's; false also for malformed ones. */
export function verifySm2({ material }: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isStrictDer(signature)) return false;
  try {
    return sm2.doVerifySignature(message, hex(signature), hex(material.subarray(identifier.length)), { hash: true, der: true });
  } catch {
    return false;
  }
}
