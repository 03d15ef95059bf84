import { describe, expect, it } from '@jest/globals';
import { ff1 } from './ff1.js';

const aes128 = '2b7e151628aed2a6abf7158809cf4f3c';
const aes192 = `${aes128}ef4359d8d580aa4f`;
const aes256 = `${aes192}7f036d6f04fc6a94`;
const tweak10 = Buffer.from('39383736353433323130', 'hex');
const tweak11 = Buffer.from('3737373770717273373737', 'hex');
const none = Buffer.alloc(0);
const letters19 = '0123456789abcdefghi';

describe('FF1', () => {
  it.each([
    [aes128, 10, none, '0123456789', '2433477484'],
    [aes128, 10, tweak10, '0123456789', '6124200773'],
    [aes128, 36, tweak11, letters19, 'a9tv40mll9kdu509eum'],
    [aes192, 10, none, '0123456789', '2830668132'],
    [aes192, 10, tweak10, '0123456789', '2496655549'],
    [aes192, 36, tweak11, letters19, 'xbj3kv35jrawxv32ysr'],
    [aes256, 10, none, '0123456789', '6657667009'],
    [aes256, 10, tweak10, '0123456789', '1001623463'],
    [aes256, 36, tweak11, letters19, 'xs8a0azh2avyalyzuwd'],
  ])('gives NIST’s samples: key %s, radix %i', (key, radix, tweak, plain, cipher) => {
    expect(ff1('aes', Buffer.from(key, 'hex'), radix, tweak, plain)).toBe(cipher);
  });
});
