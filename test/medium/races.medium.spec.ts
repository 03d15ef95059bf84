import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { systemAct, systemClock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { SeatAccess, seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approvedScenario, type Cast, days, inForce, ok, openCast, scenarioPlan, someDigest } from '../support/authorised.js';
import { seatHolder } from '../support/exporting.js';
import { type Caller, type Medium, openMedium } from '../support/medium.js';
import { filePerson } from '../support/operating.js';
import { timesDone } from '../support/outcomes.js';
import { resting } from '../support/resting.js';

let medium: Medium;
let cast: Cast;
let authorisationId: string;
let scenarioId: string;
beforeAll(async () => {
  const domains = { ...domainsContext, jobs: [] };
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, domains, seatsContext] });
  cast = await openCast(medium);
  authorisationId = (await inForce(cast)).id;
  scenarioId = (await approvedScenario(cast, authorisationId)).id;
});
afterAll(() => medium.close());

const act = () => systemAct('test', 'scenario.read', systemClock.now());
const seatOf = async (person: Caller): Promise<string> => {
  const { items } = ok(await cast.officer.get<{ items: { id: string }[] }>(`/seats?personId=${person.personId}`));
  return items[0]?.id ?? '';
};
const whileResting = resting(() => medium);

describe('a revocation', () => {
  it('comes before an act by that seat or after it, never between its check and its commit (design §2.6)', async () => {
    const person = await seatHolder(medium, cast, scenarioId);
    const seatId = await seatOf(person);
    const access = medium.app.get(SeatAccess);
    const order = await whileResting(
      (tx) => access.assert(tx, person.personId, scenarioId, tx.context.at),
      () => medium.security.post(`/seats/${seatId}/revocations`, { ground: 'misconduct', reason: '违规' }).then(ok),
    );
    expect(order).toEqual(['rests', 'committed', 'then the other']);
    const later = medium.app.get(UnitOfWork).run(act(), (tx) => access.assert(tx, person.personId, scenarioId, tx.context.at));
    await expect(later).rejects.toMatchObject({ code: 'seat.not-active' });
  });

  it('given twice at once happens once [SEAT-03]', async () => {
    const person = await seatHolder(medium, cast, scenarioId);
    const seatId = await seatOf(person);
    const revoke = (by: Caller) => by.post(`/seats/${seatId}/revocations`, { ground: 'left', reason: '离岗' });
    const answers = await Promise.all([revoke(medium.security), revoke(cast.officer), revoke(cast.manager)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const ordered = await medium.sql(`SELECT 1 FROM seats.revocations WHERE scope_id = $1`, [seatId]);
    expect(ordered).toHaveLength(1);
  });
});

describe('a personnel record', () => {
  it('that is withdrawn under a seat’s act waits for it, and the next act is refused [SEAT-02]', async () => {
    const person = await seatHolder(medium, cast, scenarioId);
    const access = medium.app.get(SeatAccess);
    const [record] = await medium.sql<{ id: string }>(
      `SELECT id FROM identity.personnel_records WHERE person_id = $1 AND kind = 'training'`,
      [person.personId],
    );
    const order = await whileResting(
      (tx) => access.assert(tx, person.personId, scenarioId, tx.context.at),
      () => cast.officer.post(`/people/${person.personId}/records/${record?.id ?? ''}/withdrawals`).then(ok),
    );
    expect(order).toEqual(['rests', 'committed', 'then the other']);
    const later = medium.app.get(UnitOfWork).run(act(), (tx) => access.assert(tx, person.personId, scenarioId, tx.context.at));
    await expect(later).rejects.toMatchObject({ code: 'seat.training-missing' });
  });
});

describe('the last vote', () => {
  it('cast by two at once is one vote [EXP-05] [ACC-05]', async () => {
    const { id } = ok(await cast.manager.post<{ id: string }>('/scenarios', scenarioPlan(authorisationId)));
    const { digest } = ok(await cast.manager.post<{ digest: string }>(`/scenarios/${id}/submissions`, {}));
    const vote = (by: Caller, verdict: string) => by.post(`/scenarios/${id}/votes`, { verdict, digest, reasons: '意见' });
    const answers = await Promise.all([vote(cast.officer, 'yes'), vote(cast.secondOfficer, 'no')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await timesDone(medium, id, 'scenario.voted')).toBe(1);
  });
});

describe('a grant of a seat', () => {
  it('and the suspension of its authorisation never both stand [SUSP-01]', async () => {
    const person = await medium.person(cast.unit, ['unit-developer']);
    await filePerson(cast.officer, person.personId);
    const asked = { personId: person.personId, scenarioId, clause: '协议第四条', endsOn: days(60) };
    const seat = ok(await cast.manager.post<{ id: string }>('/seats', asked));
    const [suspended, granted] = await Promise.all([
      cast.officer.post(`/authorisations/${authorisationId}/suspensions`, {
        ground: 'major-risk',
        evidence: [{ what: '日志', digest: someDigest() }],
        decidedOn: days(0),
        period: { length: 5, unit: 'calendar-days', source: '决定' },
      }),
      cast.secondOfficer.post(`/seats/${seat.id}/grants`, {}),
    ]);
    ok(suspended);
    const [row] = await medium.sql<{ state: string }>('SELECT state FROM seats.seats WHERE id = $1', [seat.id]);
    // Whoever came first at the authorisation's lock: a grant before the suspension is cut by it, one after it is refused.
    expect([granted.status, row?.state]).toEqual(granted.status < 300 ? [201, 'granted'] : [409, 'requested']);
    const access = medium.app.get(SeatAccess);
    const use = medium.app.get(UnitOfWork).run(act(), (tx) => access.assert(tx, person.personId, scenarioId, tx.context.at));
    await expect(use).rejects.toMatchObject({ name: 'Refusal' });
  });
});
