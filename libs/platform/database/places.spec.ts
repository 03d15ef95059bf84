import { newId, systemAct, type ActContext, type Id } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Places } from './places.js';

const of = (personId: Id, more: Partial<ActContext> = {}, organisationId = `of ${personId}`): ActContext => ({
  action: 'thing.read',
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'person', personId, organisationId, sessionId: 's', grants: [], organisationIds: [organisationId], regions: {} },
  ...more,
});
/** Work that goes on until it is told to end. */
const lasting = () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  return {
    work: () => promise,
    end: () => {
      resolve('ended');
    },
  };
};
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('places for the transactions of people', () => {
  it('are never all one organisation’s, however many of its people ask at once', async () => {
    const places = new Places(10, 60_000);
    const { work, end } = lasting();
    let theirs = 0;
    const all = Array.from({ length: 40 }, (_, i) =>
      places.through(of(`p${String(i % 8)}`, {}, 'one'), async () => {
        theirs += 1;
        await work();
      }),
    );
    await settled();
    expect(theirs).toBe(6);
    expect(await places.through(of('q', {}, 'other'), () => Promise.resolve('served'))).toBe('served');
    end();
    await Promise.all(all);
    expect(theirs).toBe(40);
  });

  it('are never more than the connections less two, of which nobody has more than half, and everybody gets one in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }),
        fc.infiniteStream(fc.nat()),
        async (connections, askers, chance) => {
          const places = new Places(connections, 60_000);
          const open: { person: number; end: () => void }[] = [];
          let done = 0;
          const all = askers.map((person) =>
            places.through(of(`person-${String(person)}`), async () => {
              const { work, end } = lasting();
              open.push({ person, end });
              await work();
              done += 1;
            }),
          );
          while (done < askers.length) {
            await settled();
            expect(open.length).toBeLessThanOrEqual(connections - 2);
            for (let person = 0; person < 4; person += 1)
              expect(open.filter((one) => one.person === person).length).toBeLessThanOrEqual(
                Math.max(1, Math.floor((connections - 2) / 2)),
              );
            const [ended] = open.splice((chance.next().value as number) % open.length, 1);
            ended?.end();
            await settled();
          }
          await Promise.all(all);
        },
      ),
    );
  });

  it('are given at once to who has none of them while another has all that one may have', async () => {
    const places = new Places(10);
    const held = Array.from({ length: 30 }, lasting);
    const greedy = held.map(({ work }) => places.through(of('greedy'), work));
    expect(await places.through(of('other'), () => Promise.resolve('served'))).toBe('served');
    for (const { end } of held) end();
    await Promise.all(greedy);
  });

  it('are waited for only so long, and a place that nobody waited for any more is not lost', async () => {
    const places = new Places(3, 5);
    const { work, end } = lasting();
    const first = places.through(of('a'), work);
    await expect(places.through(of('b'), work)).rejects.toMatchObject({ code: 'database.busy', transient: true });
    end();
    await first;
    expect(await places.through(of('b'), () => Promise.resolve('served'))).toBe('served');
  });

  it('are taken by what cuts before all who wait, and of all connections one is left to what shows that it has cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
        fc.infiniteStream(fc.nat()),
        async (connections, askers, chance) => {
          const places = new Places(connections, 60_000);
          const open: { urgent: boolean; end: () => void }[] = [];
          let [begun, done] = [0, 0];
          const all = askers.map((urgent, at) =>
            places.through(of(`p${String(at)}`, urgent ? { urgent } : {}), async () => {
              begun += urgent ? 1 : 0;
              const { work, end } = lasting();
              open.push({ urgent, end });
              await work();
              done += 1;
            }),
          );
          const cuts = askers.filter((urgent) => urgent).length;
          while (done < askers.length) {
            await settled();
            expect(open.length).toBeLessThanOrEqual(connections - 1);
            expect(open.filter(({ urgent }) => !urgent).length).toBeLessThanOrEqual(connections - 2);
            if (begun < cuts) expect(open.length).toBe(connections - 1);
            const [ended] = open.splice((chance.next().value as number) % open.length, 1);
            ended?.end();
            await settled();
          }
          await Promise.all(all);
        },
      ),
    );
  });

  it('are not asked of what cuts, nor of the system', async () => {
    const places = new Places(3);
    const { work, end } = lasting();
    const first = places.through(of('a'), work);
    expect(await places.through(of('a', { urgent: true }), () => Promise.resolve('cut'))).toBe('cut');
    expect(await places.through(systemAct('worker', 'x', newId()), () => Promise.resolve('done'))).toBe('done');
    end();
    await first;
  });
});
