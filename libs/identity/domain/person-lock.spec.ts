import { Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { assertMayLift, assertNotLocked, lockGrounds } from './person-lock.js';

const answer = (act: () => void): string => {
  try {
    act();
    return 'lifted';
  } catch (fault) {
    return fault instanceof Refusal ? fault.code : 'fault';
  }
};

describe('a person’s lock', () => {
  it('is lifted by somebody else than the person, and where it is judged than who locked, once [ACC-05]', () => {
    for (const ground of lockGrounds)
      for (const state of ['locked', 'lifted'] as const)
        for (const lifter of ['person', 'locker', 'another']) {
          const judged = ground === 'incident' || ground === 'misconduct';
          const expected =
            lifter === 'person'
              ? 'identity.own-lock'
              : state === 'lifted'
                ? 'state.no-such-transition'
                : judged && lifter === 'locker'
                  ? 'identity.lift-needs-another'
                  : 'lifted';
          const lock = { personId: 'person', state, ground, lockedBy: 'locker' };
          expect([ground, state, lifter, answer(() => assertMayLift(lock, lifter))]).toEqual([ground, state, lifter, expected]);
        }
  });

  it('keeps out while one of several stands', () => {
    expect(answer(() => assertNotLocked('p', []))).toBe('lifted');
    expect(answer(() => assertNotLocked('p', [{ id: 'l', since: '2026-01-01T00:00:00.000Z' }]))).toBe('identity.person-locked');
  });
});
