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

/** Whether a DER signature over the message is the key's; false also for malformed ones. */
export function verifySm2({ material }: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return sm2.doVerifySignature(message, hex(signature), hex(material.subarray(identifier.length)), { hash: true, der: true });
  } catch {
    return false;
  }
}
