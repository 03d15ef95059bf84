import { addMs } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertSeenAfter } from './witness.js';

describe('a cosignature', () => {
  it('is given at the time of the checkpoint’s signature or later, and never earlier [AUD-04]', () => {
    const signedAt = '2028-02-29T15:59:59.999Z';
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), (ms) => {
        const cosign = (): void => assertSeenAfter(signedAt, addMs(signedAt, ms));
        if (ms >= 0) expect(cosign).not.toThrow();
        else expect(cosign).toThrow(expect.objectContaining({ code: 'audit-witness.before-checkpoint', transient: true }));
      }),
    );
  });
});
