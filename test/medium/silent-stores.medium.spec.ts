import { newId, systemAct, systemClock, type ActContext } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hurried } from '../../apps/composition/hurried.js';
import { objectsUnreachable } from '../../libs/platform/objects/refusals.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

let medium: Medium;
let person: Caller;

beforeAll(async () => {
  medium = await openMedium({});
  person = await medium.person(await medium.organisation('unit'), ['unit-manager']);
}, 240_000);
afterAll(() => medium.close());

describe('a store that keeps silent', () => {
  const silent = hurried({ ask: () => new Promise<never>(() => undefined), name: 'silent' }, 300, objectsUnreachable);
  const acting = (personId = person.personId): ActContext => ({
    action: 'test',
    at: systemClock.now(),
    actor: {
      kind: 'person',
      personId,
      organisationId: person.organisationId,
      sessionId: newId(),
      grants: [],
      organisationIds: [],
      regions: {},
    },
  });

  it('keeps no person’s transaction, and so nobody else: each gives its place back, and is undone', async () => {
    const { unitOfWork } = medium.platform;
    const asked = Array.from({ length: 24 }, () =>
      unitOfWork.run(acting(newId()), async (tx) => {
        await tx.enqueue({ name: 'test.silent', lane: 'work' } as never, { key: newId() }).catch(() => undefined);
        await silent.ask();
      }),
    );
    const answers = await Promise.allSettled(asked);
    expect(answers.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : one.status))).toEqual(
      Array<string>(24).fill('objects.unreachable'),
    );
    expect((await person.get('/people/self')).status).toBe(200);
    expect(await medium.sql(`SELECT 1 FROM platform.work WHERE name = 'test.silent'`)).toEqual([]);
  }, 60_000);

  it('is waited for by its own limits alone where nobody waits for a place: in a process’s own work, and outside of transactions', async () => {
    const first = async (work: Promise<unknown>): Promise<string> => {
      const late = new Promise<string>((resolve) => setTimeout(() => resolve('still waiting'), 900));
      return Promise.race([
        work.then(
          () => 'answered',
          (fault: unknown) => (fault as { code: string }).code,
        ),
        late,
      ]);
    };
    const { unitOfWork } = medium.platform;
    expect(await first(silent.ask())).toBe('still waiting');
    const going = unitOfWork.run(systemAct('test', 'test', systemClock.now()), () =>
      Promise.race([silent.ask(), new Promise((go) => setTimeout(go, 1_200))]),
    );
    expect(await first(going)).toBe('still waiting');
    await going;
    expect(silent.name).toBe('silent');
  }, 60_000);
});
