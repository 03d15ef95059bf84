import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from '../support/operating.js';

let medium: Medium;
let operating: Operating;
beforeAll(async () => {
  medium = await openMedium({
    contexts: [identityContext, authorisationsContext, { ...domainsContext, jobs: [] }, seatsContext],
    worker: true,
  });
  operating = await openOperating(medium);
});
afterAll(() => medium.close());

interface Seat {
  readonly id: string;
  readonly state: string;
}
async function granted(): Promise<{ seat: Seat; person: Caller }> {
  const person = await medium.person(operating.unitId, ['unit-developer']);
  await filePerson(operating.authority, person.personId);
  const asked = { personId: person.personId, scenarioId: operating.scenarioId, clause: '授权协议第四条', endsOn: inDays(60) };
  const seat = ok<Seat>(await operating.manager.post('/seats', asked));
  return { seat: ok<Seat>(await operating.authority.post(`/seats/${seat.id}/grants`, {})), person };
}
const reaches = (id: string, state: string): Promise<boolean> =>
  medium.until(async () => ok<Seat>(await operating.authority.get(`/seats/${id}`)).state === state, `seat to be ${state}`);

describe('a revocation after a pause', () => {
  it('makes a seat revoked by its own receipt, never by that of a pause before it [SEAT-03]', async () => {
    const seats = await Promise.all([1, 2, 3, 4, 5, 6].map(granted));
    await Promise.all(
      seats.map(async ({ seat, person }) => {
        await medium.sql(
          `WITH seen AS (SELECT set_config('session_replication_role', 'replica', true)) UPDATE seats.seats SET state = 'active' FROM seen WHERE id = $1`,
          [seat.id],
        );
        const [training] = await medium.sql<{ id: string }>(
          `SELECT id FROM identity.personnel_records WHERE person_id = $1 AND kind = 'training'`,
          [person.personId],
        );
        ok(await operating.authority.post(`/people/${person.personId}/records/${training?.id ?? ''}/withdrawals`));
        await reaches(seat.id, 'paused');
        ok(await operating.authority.post(`/seats/${seat.id}/revocations`, { ground: 'misconduct', reason: '违规' }));
        await reaches(seat.id, 'revoked');
      }),
    );
    const byOwn = await medium.sql<{ own: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM platform.journal g JOIN seats.revocations r ON r.id::text = g.object_id AND r.cause = 'revoked'
         WHERE g.action = 'revocation.receipt-issued' AND g.txid = j.txid AND r.scope_id = s.id) AS own
       FROM seats.seats s JOIN platform.journal j ON j.object_id = s.id::text AND j.action = 'seat.revoked' WHERE s.id = ANY ($1)`,
      [seats.map(({ seat }) => seat.id)],
    );
    expect(byOwn).toEqual(seats.map(() => ({ own: true })));
  });
});
