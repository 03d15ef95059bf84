import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Batched } from './batched.js';

/** Reads that end when the test says so. */
function heldReads() {
  const reads: { keys: readonly number[]; end: () => void }[] = [];
  const batched = new Batched<number, number>(async (keys) => {
    await new Promise<void>((end) => reads.push({ keys, end }));
    return keys.map((key) => key * 10);
  });
  return { reads, batched };
}
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('reads for many at once', () => {
  it('are one for all who ask together, each with the answer to their own question', async () => {
    const { reads, batched } = heldReads();
    const answers = Promise.all([batched.ask(1), batched.ask(2), batched.ask(1)]);
    await turns();
    expect(reads.map(({ keys }) => keys)).toEqual([[1, 2, 1]]);
    reads[0]?.end();
    expect(await answers).toEqual([10, 20, 10]);
  });

  it('begin after every question that they answer, also one that comes while another read is under way', async () => {
    const { reads, batched } = heldReads();
    const first = batched.ask(1);
    await turns();
    const later = [batched.ask(1), batched.ask(2)];
    await turns();
    expect(reads).toHaveLength(1);
    reads[0]?.end();
    expect(await first).toBe(10);
    await turns();
    expect(reads.map(({ keys }) => keys)).toEqual([[1], [1, 2]]);
    reads[1]?.end();
    expect(await Promise.all(later)).toEqual([10, 20]);
  });

  it('are gathered for a moment in a crowd and for a while after it, and never for one who asks alone', async () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const reads: (readonly number[])[] = [];
      const batched = new Batched<number, number>((keys) => {
        reads.push(keys);
        return Promise.resolve(keys);
      });
      expect(await batched.ask(1)).toBe(1);
      await Promise.all([batched.ask(2), batched.ask(3)]);
      const third = batched.ask(4);
      await jest.advanceTimersByTimeAsync(20);
      const fourth = batched.ask(5);
      await jest.advanceTimersByTimeAsync(20);
      expect(await Promise.all([third, fourth])).toEqual([4, 5]);
      expect(reads).toEqual([[1], [2, 3], [4, 5]]);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(await batched.ask(6)).toBe(6);
    } finally {
      jest.useRealTimers();
    }
  });

  it('fail for the one that cannot be read, and for nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }), async (keys) => {
        const batched = new Batched<number, number>((asked) =>
          asked.some((key) => key % 7 === 3) ? Promise.reject(new Error('unreadable')) : Promise.resolve(asked.map((key) => key + 1)),
        );
        const answers = await Promise.allSettled(keys.map((key) => batched.ask(key)));
        expect(answers.map(({ status }) => status)).toEqual(keys.map((key) => (key % 7 === 3 ? 'rejected' : 'fulfilled')));
      }),
    );
  });

  it('are never larger than said', async () => {
    const sizes: number[] = [];
    const batched = new Batched<number, number>(
      (keys) => {
        sizes.push(keys.length);
        return Promise.resolve(keys);
      },
      { most: 4 },
    );
    await Promise.all(Array.from({ length: 10 }, (_, key) => batched.ask(key)));
    expect(sizes).toEqual([4, 4, 2]);
  });

  it('go on side by side where that was asked for, so many at most, and each question is read once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 40 }),
        async (atOnce, most, count) => {
          const open: (() => void)[] = [];
          const read: number[] = [];
          const batched = new Batched<number, number>(
            async (keys) => {
              read.push(...keys);
              await new Promise<void>((end) => open.push(end));
              return keys;
            },
            { atOnce, most, gatherMs: 0 },
          );
          const answers: Promise<number>[] = [];
          for (let key = 0; key < count; key += 1) {
            answers.push(batched.ask(key));
            await turns();
            expect(open.length).toBe(Math.min(atOnce, key + 1));
          }
          while (read.length < count || open.length > 0) {
            open.shift()?.();
            await turns();
            expect(open.length).toBeLessThanOrEqual(atOnce);
          }
          expect(await Promise.all(answers)).toEqual(Array.from({ length: count }, (_, key) => key));
          expect(read.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, key) => key));
        },
      ),
    );
  });

  it('that fail are not repeated for those who all asked the same', async () => {
    let reads = 0;
    const batched = new Batched<string, number>(() => {
      reads += 1;
      return Promise.reject(new Error('away'));
    });
    const asked = await Promise.allSettled([batched.ask('one'), batched.ask('one'), batched.ask('one')]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(reads).toBe(1);
  });

  it('refuse an answer that is not one per question', async () => {
    await expect(new Batched<number, number>(() => Promise.resolve([])).ask(1)).rejects.toThrow(RangeError);
  });
});
