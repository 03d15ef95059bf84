import { Refusal } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { endsWork } from './attempt.js';

const going = { signal: new AbortController().signal, lastAttempt: false };

describe('a failed try', () => {
  it('ends its work where the work itself is refused', () => {
    for (const code of ['coderuns.fields-not-granted', 'engine.sql-error', 'engine.time-limit', 'desensitisation.proof-failed'])
      expect(endsWork(new Refusal(code), going)).toBe(true);
  });

  it('is followed by another where something around the work is broken, up to the last', () => {
    for (const code of ['keys.unreachable', 'objects.unreachable', 'state.conflict', 'engine.scratch-full', 'engine.process-lost']) {
      expect(endsWork(new Refusal(code), going)).toBe(false);
      expect(endsWork(new Refusal(code), { ...going, lastAttempt: true })).toBe(true);
    }
  });

  it('ends nothing that is being stopped, and nothing by a fault that is no refusal', () => {
    expect(endsWork(new Refusal('engine.sql-error'), { signal: AbortSignal.abort(), lastAttempt: true })).toBe(false);
    expect(endsWork(new Error('connection reset'), { ...going, lastAttempt: true })).toBe(false);
  });
});
