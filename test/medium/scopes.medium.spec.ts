import { authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  type RequestAnswer,
  type ReviewView,
  application,
  approvedScenario,
  inForce,
  ok,
  openCast,
  requestedItem,
  scenarioPlan,
} from '../support/authorised.js';
import { type Medium, openMedium } from '../support/medium.js';

let medium: Medium;
let cast: Cast;
let authorisationId: string;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext] });
  cast = await openCast(medium);
  authorisationId = (await inForce(cast)).id;
});
afterAll(() => medium.close());

const refused = (code: string, status: number) => ({ status, body: { code } });

describe('the parties of a review', () => {
  it('are not the unit’s to choose where the agreement names them: its authority stays the authority [ACC-05]', async () => {
    const friend = await medium.organisation('authority');
    const { id } = ok(await cast.manager.post<{ id: string }>('/scenarios', scenarioPlan(authorisationId)));
    const parties = { authority: friend, provider: friend };
    const scenario = ok(await cast.manager.post<{ review: ReviewView }>(`/scenarios/${id}/submissions`, { parties }));
    expect(scenario.review.slots.map((slot) => slot.organisationId)).toEqual([cast.authority]);

    const { id: scenarioId } = await approvedScenario(cast, authorisationId);
    const items = [requestedItem(cast, newId(), [{ name: 'district', sensitive: false }])];
    const request = ok(await cast.manager.post<RequestAnswer>('/data-requests', { scenarioId, externalReference: newId(), items }));
    const asked = ok(await cast.manager.post<{ items: { review: ReviewView }[] }>(`/data-requests/${request.id}/submissions`, { parties }));
    expect(asked.items[0]?.review.slots.map((slot) => [slot.party, slot.organisationId])).toEqual([
      ['provider', cast.provider],
      ['authority', cast.authority],
    ]);
  });

  it('are of the kind that their role needs, and nobody close to who asks [ACC-05]', async () => {
    const { id } = await submittedApplication();
    const close = await medium.organisation('evaluator', { affiliateIds: [cast.unit] });
    const others = { 'coordination-body': cast.authority, government: cast.governor.organisationId };
    const open = (expert: string) => cast.officer.post(`/authorisations/${id}/reviews`, { parties: { ...others, 'expert-panel': expert } });
    expect(await open(cast.provider)).toMatchObject(refused('approval.party-of-other-kind', 409));
    expect(await open(close)).toMatchObject(refused('approval.self-review', 403));
  });
});

async function submittedApplication(): Promise<{ id: string }> {
  const drafted = ok(await cast.officer.post<{ id: string }>('/authorisations', { unitId: cast.unit, ...application(cast) }));
  ok(await cast.manager.post(`/authorisations/${drafted.id}/submissions`, {}));
  return drafted;
}
