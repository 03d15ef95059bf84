import { refuserOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { endsWork } from './attempt.js';

const going = { signal: new AbortController().signal, lastAttempt: false };
const text = { status: 409, zh: '', en: '', satisfyZh: '', satisfyEn: '' };
const refuse = refuserOf({ 'the-work.wrong': text, 'the-store.away': { ...text, status: 503, transient: true } });

describe('a failed try', () => {
  it('ends its work where the work itself is refused', () => {
    expect(endsWork(refuse('the-work.wrong'), going)).toBe(true);
  });

  it('is followed by another where its catalogue says that something around the work is broken, up to the last', () => {
    for (const code of ['the-store.away', 'state.changed-meanwhile', 'audit.unavailable'] as const) {
      expect(endsWork(refuse(code), going)).toBe(false);
      expect(endsWork(refuse(code), { ...going, lastAttempt: true })).toBe(true);
    }
  });

  it('ends nothing that is being stopped, and nothing by a fault that is no refusal', () => {
    expect(endsWork(refuse('the-work.wrong'), { signal: AbortSignal.abort(), lastAttempt: true })).toBe(false);
    expect(endsWork(new Error('connection reset'), { ...going, lastAttempt: true })).toBe(false);
  });
});
