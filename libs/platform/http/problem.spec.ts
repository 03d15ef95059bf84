import { Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { challengeOf, problemOf } from './problem.js';
import { httpRefusals } from './refusals.js';

const catalogue = {
  ...httpRefusals,
  'sign-in.ended': { status: 401, zh: '已失效', en: 'Over', satisfyZh: '重新登录', satisfyEn: 'Say “hello” \\ sign in "again" in {n} s' },
};
const challenge = (code: string, details = {}): string | undefined => challengeOf(problemOf(new Refusal(code, details), catalogue));

describe('the challenge of a refusal (RFC 6750)', () => {
  it('names no error where no credential came, and invalid_token where one did not do', () => {
    expect(challenge('http.not-signed-in')).toBe('Bearer realm="opdomain"');
    expect(challenge('http.not-signed-in', { reason: 'expired' })).toMatch(
      /^Bearer realm="opdomain", error="invalid_token", error_description="/,
    );
    expect(challenge('http.role-missing', { action: 'a', roles: [] })).toBeUndefined();
    expect(challenge('internal')).toBeUndefined();
  });

  it('holds printable ASCII alone, and no quote that ends it early', () => {
    expect(challenge('sign-in.ended', { n: 7 })).toBe(
      `Bearer realm="opdomain", error="invalid_token", error_description="Say 'hello' ' sign in 'again' in 7 s"`,
    );
  });
});
