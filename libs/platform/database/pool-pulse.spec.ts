import { describe, expect, it } from '@jest/globals';
import { PoolPulse } from './pool-pulse.js';

describe('the pulse of a pool', () => {
  let at = 0;
  const pulse = () => {
    at = 0;
    return new PoolPulse(() => at);
  };

  it('stops while connections are wanted, none is given out and none comes back, also when those who wanted one gave up', () => {
    const pool = pulse();
    pool.wanted();
    pool.moved('given');
    pool.wanted();
    at = 10_000;
    pool.moved('none');
    pool.wanted();
    at = 70_000;
    expect(pool.stuckMs).toBe(70_000);
  });

  it('goes on with each connection that comes back, and rests when nobody wants one', () => {
    const pool = pulse();
    pool.wanted();
    at = 5_000;
    pool.moved('back');
    expect(pool.stuckMs).toBe(0);
    at = 6_000;
    expect(pool.stuckMs).toBe(1_000);
    pool.moved('given');
    at = 600_000;
    expect(pool.stuckMs).toBe(0);
  });

  it('does not stop for an outage: each try to connect ends', () => {
    const pool = pulse();
    for (let turn = 1; turn < 20; turn += 1) {
      pool.wanted();
      at = turn * 5_000;
      pool.moved('failed');
    }
    expect(pool.stuckMs).toBe(0);
  });
});
