import { sha256 } from '#kernel';
import { KEYS, type Keys } from '#platform/keys';
import { Inject, Injectable } from '@nestjs/common';
import { createHash, createHmac } from 'node:crypto';

/** Name of the key from which the keyed digest's own key is derived. */
const keyName = 'identity/person-numbers';

/** Keyed digests of identity numbers: equal numbers are recognised, and no number can be found by trying them all without the key store. */
@Injectable()
export class IdentityNumbers {
  constructor(@Inject(KEYS) private readonly keys: Keys) {}

  /** HMAC-SHA-256 under a key derived from a deterministic signature (Ed25519, RFC 8032), which only the key store can make. */
  async mac(number: string): Promise<string> {
    await this.keys.create(keyName, 'sign');
    const signature = await this.keys.sign(keyName, Buffer.from(sha256('opdomain identity numbers v1')));
    const key = createHash('sha256').update(signature).digest();
    return createHmac('sha256', key).update(number.toUpperCase()).digest('hex');
  }
}
