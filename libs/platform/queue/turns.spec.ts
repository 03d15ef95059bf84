import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns', () => {
  it('follow one another, also after one that failed, and stop when the last has ended', async () => {
    const seen: string[] = [];
    const { promise: third, resolve } = Promise.withResolvers<undefined>();
    const turns = new Turns({
      take: async () => {
        seen.push('begun');
        if (seen.length === 1) throw new Error('first');
        if (seen.filter((what) => what === 'begun').length === 3) resolve(undefined);
        await Promise.resolve();
        seen.push('ended');
        return 0;
      },
      failed: (fault) => {
        seen.push((fault as Error).message);
        return 0;
      },
    });
    turns.start();
    await third;
    await turns.stop();
    expect(seen.slice(0, 4)).toEqual(['begun', 'first', 'begun', 'ended']);
    expect(seen.at(-1)).toBe('ended');
  });
});
