import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, mayRetry, Precedence, TokenBucket } from './pace.js';

describe('the pace of requests', () => {
  it('lets a burst through and then one per interval', () => {
    let now = 0;
    const bucket = new TokenBucket(10, 2, () => now);
    expect([bucket.reserve(), bucket.reserve(), bucket.reserve(), bucket.reserve()]).toEqual([0, 0, 100, 200]);
    now = 1_000;
    expect(bucket.reserve()).toBe(0);
  });

  it('never grants more than the burst and the rate allow, in whatever rhythm it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(500), { maxLength: 100 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (gaps, perSecond, burst) => {
          let now = 0;
          const bucket = new TokenBucket(perSecond, burst, () => now);
          const grants = gaps.map((gap) => {
            now += gap;
            return now + bucket.reserve();
          });
          const last = Math.max(0, ...grants);
          expect(grants.length).toBeLessThanOrEqual(burst + (last * perSecond) / 1000 + 1e-6);
        },
      ),
    );
  });

  it('sends a write again only where the server refused before acting', () => {
    expect(mayRetry('POST', { status: 429 })).toBe(true);
    expect(mayRetry('POST', { status: 503, retryAfterMs: 1000 })).toBe(true);
    expect(mayRetry('POST', { status: 503 })).toBe(false);
    expect(mayRetry('POST', { status: 0 })).toBe(false);
    expect(mayRetry('GET', { status: 0 })).toBe(true);
    expect(mayRetry('GET', { status: 403 })).toBe(false);
  });

  it('waits as long as the server asks, within reason', () => {
    expect(backoffMs(1, { status: 429, retryAfterMs: 3000 }, 0)).toBe(3000);
    expect(backoffMs(1, { status: 429, retryAfterMs: 3_600_000 }, 0)).toBe(30_000);
    expect(backoffMs(3, { status: 0 }, 0.5)).toBe(300);
  });
});

describe('the precedence of cuts', () => {
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  /** A cut's request that ends when the test says so. */
  function held(precedence: Precedence) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    return { end: () => resolve(undefined), over: precedence.first(() => promise) };
  }
  function waiting(precedence: Precedence) {
    const pass = { gone: false, over: precedence.after().then(() => void (pass.gone = true)) };
    return pass;
  }

  it('keeps a pass waiting until the last cut under way has ended, and a cut waiting for nobody', async () => {
    const precedence = new Precedence(1, 0.001);
    const cuts = [held(precedence), held(precedence)];
    const pass = waiting(precedence);
    cuts[0]?.end();
    await cuts[0]?.over;
    await turns();
    expect(pass.gone).toBe(false);
    cuts[1]?.end();
    await pass.over;
    expect(pass.gone).toBe(true);
    await precedence.after();
  });

  it('lasts from one request of a look to the next', async () => {
    const precedence = new Precedence(1, 0.001);
    const first = held(precedence);
    const pass = waiting(precedence);
    first.end();
    await first.over;
    const second = held(precedence);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pass.gone).toBe(false);
    second.end();
    await pass.over;
  });

  it('lets passes go on one after another, at the pace that was said, however long a cut takes', async () => {
    const precedence = new Precedence(1, 100);
    const cut = held(precedence);
    const began = performance.now();
    await Promise.all([precedence.after(), precedence.after(), precedence.after()]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(25);
    cut.end();
    await cut.over;
  });

  it('ends with a cut that failed as well', async () => {
    const precedence = new Precedence(1, 0.001);
    await expect(precedence.first(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    await precedence.after();
  });
});
