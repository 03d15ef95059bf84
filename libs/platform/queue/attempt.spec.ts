import { refuserOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { endsWork } from './attempt.js';
import { awaitedBy } from './outage.js';

const going = { signal: new AbortController().signal };
const text = { status: 409, zh: '', en: '', satisfyZh: '', satisfyEn: '' };
const refuse = refuserOf({
  'the-work.wrong': text,
  'the-work.crossed': { ...text, transient: true },
  'the-store.away': { ...text, status: 503, awaits: 'object-store' },
});
const coded = (code: string): Error => Object.assign(new Error('said in words'), { code });

describe('a failed try', () => {
  it('ends its work where the work itself is refused', () => {
    expect(endsWork(refuse('the-work.wrong'), going)).toBe(true);
  });

  it('is followed by another where its catalogue says that another may do better', () => {
    for (const code of ['the-work.crossed', 'the-store.away', 'state.changed-meanwhile', 'audit.unavailable'] as const)
      expect(endsWork(refuse(code), going)).toBe(false);
  });

  it('ends nothing that is being stopped, and nothing by a fault that is no refusal', () => {
    expect(endsWork(refuse('the-work.wrong'), { signal: AbortSignal.abort() })).toBe(false);
    expect(endsWork(new Error('connection reset'), going)).toBe(false);
  });

  it('waits for what its catalogue names, and for the database whatever way that is away', () => {
    expect(awaitedBy(refuse('the-store.away'))).toBe('object-store');
    for (const code of ['ECONNREFUSED', 'EPIPE', '57P01', '08006', '53300', '57014', '25P03', '55P03'])
      expect([code, awaitedBy(coded(code))]).toEqual([code, 'database']);
    for (const said of ['Connection terminated unexpectedly', 'Query read timeout', 'timeout exceeded when trying to connect'])
      expect(awaitedBy(new Error(said))).toBe('database');
  });

  it('waits for nothing where the fault is its own', () => {
    for (const fault of [
      refuse('the-work.wrong'),
      refuse('the-work.crossed'),
      new RangeError('x'),
      coded('23505'),
      coded('42703'),
      'thrown',
    ])
      expect(awaitedBy(fault)).toBeUndefined();
  });
});
