import { newId, systemAct, systemClock } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuthorisationsRepository } from '../../libs/authorisations/persistence/authorisations.repository.js';
import { openMedium, type Medium } from '../support/medium.js';
import { openOperating, type Operating } from '../support/operating.js';

let medium: Medium;
let at: Operating;
const repository = new AuthorisationsRepository();

beforeAll(async () => {
  medium = await openMedium({});
  at = await openOperating(medium);
}, 240_000);
afterAll(() => medium.close());

const act = (mode: 'share' | 'update', meanwhile: () => Promise<unknown>): Promise<void> =>
  medium.platform.unitOfWork.run(systemAct('test', `test-${newId()}`, systemClock.now()), async (tx) => {
    await repository.lock(tx, at.authorisationId, mode);
    await meanwhile();
    // Asked once more by the same act, also while a writer waits for it.
    await repository.lock(tx, at.authorisationId, mode);
  });

describe('a row that many rest on', () => {
  it('is changed by who waits for it, however many come after, one before the other has ended', async () => {
    let stop = false;
    let shared = 0;
    let overlapping = 0;
    let most = 0;
    const sharers = Array.from({ length: 3 }, async (_, i) => {
      // Each begins while another goes on, so that the row is never free.
      const held = Promise.withResolvers<undefined>();
      setTimeout(() => {
        held.resolve(undefined);
      }, 40 * i);
      await held.promise;
      while (!stop) {
        await act('share', async () => {
          overlapping += 1;
          most = Math.max(most, overlapping);
          await new Promise((resolve) => setTimeout(resolve, 120));
          overlapping -= 1;
          shared += 1;
        });
      }
    });
    await medium.until(() => Promise.resolve(shared > 3 && most > 1), 'sharers that overlap');
    let changed = false;
    const begun = performance.now();
    const writer = act('update', () => Promise.resolve()).then(() => {
      changed = true;
    });
    try {
      await medium.until(() => Promise.resolve(changed), 'the row to be changed', 15);
    } finally {
      stop = true;
      await Promise.all([...sharers, writer]);
    }
    // It waits for those before it alone; the limit of a lock is thirty seconds.
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(shared).toBeGreaterThan(3);
  }, 90_000);

  it('is no dead end for two who both rest on it and then change it: one of them goes first', async () => {
    const both = [0, 1].map(() =>
      medium.platform.unitOfWork.run(systemAct('test', `test-${newId()}`, systemClock.now()), async (tx) => {
        await repository.lock(tx, at.authorisationId, 'share');
        const row = await repository.lock(tx, at.authorisationId, 'update');
        expect(row.id).toBe(at.authorisationId);
      }),
    );
    await Promise.all(both);
  }, 60_000);
});
