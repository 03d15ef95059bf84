import { describe, expect, it } from '@jest/globals';
import { refuserOf } from './kernel-refusals.js';

const text = { status: 404, zh: '', en: '', satisfyZh: '', satisfyEn: '' };

describe('what makes the refusals of a catalogue', () => {
  const refuse = refuserOf({ 'thing.not-found': text, 'thing.away': { ...text, status: 503, transient: true } });

  it('takes its codes and the kernel’s, and no other: a code that stands nowhere does not compile', () => {
    expect(refuse('thing.not-found', { id: 'x' })).toMatchObject({ code: 'thing.not-found', details: { id: 'x' }, transient: false });
    expect(refuse('state.changed-meanwhile').code).toBe('state.changed-meanwhile');
    // @ts-expect-error TS2345: the catalogue has no such code
    refuse('thing.not-fuond');
  });

  it('says with the catalogue whether another try may do better', () => {
    expect(refuse('thing.away').transient).toBe(true);
    expect(refuse('audit.unavailable').transient).toBe(true);
    expect(refuse('state.changed-meanwhile').transient).toBe(true);
  });
});
