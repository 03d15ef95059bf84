import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  type RequestAnswer,
  type ReviewView,
  application,
  approvedScenario,
  days,
  inForce,
  ok,
  openCast,
  requestedItem,
  scenarioPlan,
  someDigest,
} from '../support/authorised.js';
import { endBody, registerBody } from '../support/bodies.js';
import { type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';
import { registrationOf } from '../support/dataset-registration.js';

let medium: Medium;
let cast: Cast;
let authorisationId: string;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext] });
  cast = await openCast(medium);
  authorisationId = (await inForce(cast)).id;
});
afterAll(() => medium.close());

describe('the parties of a review', () => {
  it('are not the unit’s to choose where the agreement names them: its authority stays the authority [ACC-05]', async () => {
    const friend = await medium.organisation('authority');
    const { id } = ok(await cast.manager.post<{ id: string }>('/scenarios', scenarioPlan(authorisationId)));
    const parties = { authority: friend, provider: friend };
    const naming = await cast.manager.post(`/scenarios/${id}/submissions`, { parties });
    expect(naming).toMatchObject(refused('http.invalid-input', 400));
    const scenario = ok(await cast.manager.post<{ review: ReviewView }>(`/scenarios/${id}/submissions`, {}));
    expect(scenario.review.slots.map((slot) => slot.organisationId)).toEqual([cast.authority]);

    const { id: scenarioId } = await approvedScenario(cast, authorisationId);
    const items = [requestedItem(cast, await registered(cast.steward), [{ name: 'district', sensitive: false }])];
    const request = ok(await cast.manager.post<RequestAnswer>('/data-requests', { scenarioId, externalReference: newId(), items }));
    const submissions = `/data-requests/${request.id}/submissions`;
    expect(await cast.manager.post(submissions, { parties })).toMatchObject(refused('http.invalid-input', 400));
    const asked = ok(await cast.manager.post<{ items: { review: ReviewView }[] }>(submissions, {}));
    expect(asked.items[0]?.review.slots.map((slot) => [slot.party, slot.organisationId])).toEqual([
      ['provider', cast.provider],
      ['authority', cast.authority],
    ]);
  });

  it('are of the kind that their role needs, and nobody close to who asks [ACC-05]', async () => {
    const other = await openCast(medium);
    const panel = { authorityId: other.authority, party: 'expert-panel', source: '名录' };
    const unfit = { ...panel, party: 'industry-authority', organisationId: other.provider };
    expect(await medium.security.post('/stage-bodies', unfit)).toMatchObject(refused('approval.party-of-other-kind', 409));
    const close = await medium.organisation('evaluator', { affiliateIds: [other.unit] });
    const { items } = ok(
      await other.officer.get<{ items: { id: string; party: string }[] }>(`/stage-bodies?authorityId=${other.authority}`),
    );
    const before = items.find(({ party }) => party === 'expert-panel')?.id ?? '';
    await endBody(medium, before);
    await registerBody(medium, other.authority, 'expert-panel', close);
    const { id } = ok(await other.officer.post<{ id: string }>('/authorisations', { unitId: other.unit, ...application(other) }));
    ok(await other.manager.post(`/authorisations/${id}/submissions`, {}));
    expect(await other.officer.post(`/authorisations/${id}/reviews`)).toMatchObject(refused('approval.self-review', 403));
  });
});

describe('a role', () => {
  const orderToCorrect = {
    ground: 'major-risk',
    evidence: [{ what: '日志', digest: someDigest() }],
    decidedOn: days(0),
    period: { length: 5, unit: 'calendar-days', source: '决定' },
  };
  const suspend = (by: Caller) => by.post(`/authorisations/${authorisationId}/suspensions`, orderToCorrect);
  const grant = (to: Caller, role: string, scope: unknown) => medium.security.post(`/people/${to.personId}/role-grants`, { role, scope });

  it('in one region does not work in another where the person holds a different one [ADM-03] [ISO-02]', async () => {
    const elsewhere = await medium.organisation('authority');
    const person = await medium.person(elsewhere, ['authority']);
    await medium.grant(person, 'evaluator', { kind: 'region', authorityId: cast.authority });
    expect((await person.get(`/authorisations/${authorisationId}`)).status).toBe(200);
    expect(await suspend(person)).toMatchObject(refused('authorisation.not-found', 404));
  });

  it('of the authority is not used by someone who also belongs to the unit [ACC-05]', async () => {
    const both = await medium.person(cast.authority, ['authority']);
    ok(await medium.operator.post(`/people/${both.personId}/affiliations`, { organisationId: cast.unit, documentedFrom: '2021-01-01' }));
    expect(await suspend(both)).toMatchObject(refused('authorisation.not-the-authority', 403));
  });

  it('reaches no further than roles of its kind do [ISO-02] [ADM-03]', async () => {
    const person = await medium.person(cast.unit, []);
    const unfit = {
      'unit-manager': { kind: 'platform' },
      'unit-developer': { kind: 'region', authorityId: cast.authority },
      provider: { kind: 'platform' },
      authority: { kind: 'platform' },
      'security-admin': { kind: 'unit', organisationId: cast.unit },
    };
    for (const [role, scope] of Object.entries(unfit))
      expect(await grant(person, role, scope)).toMatchObject(refused('identity.scope-unfit', 409));
  });

  it('with data is not kept by someone who joins a vendor afterwards [ACC-06]', async () => {
    const developer = await medium.person(cast.unit, ['unit-developer']);
    const joining = { organisationId: await medium.organisation('vendor') };
    expect(await medium.operator.post(`/people/${developer.personId}/affiliations`, joining)).toMatchObject(
      refused('identity.vendor-role', 403),
    );
  });
});

describe('an authority', () => {
  const record = {
    kind: 'training',
    validFrom: days(0),
    evidenceDigest: someDigest(),
    details: { certificate: '1', organiser: '省数据局' },
  };

  it('neither sees nor files people of what stands under another one [ISO-02] [ADM-03]', async () => {
    const unit = await medium.organisation('unit', { parentId: cast.authority });
    const person = await medium.person(unit, []);
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    const path = `/people/${person.personId}`;
    expect(await stranger.get(path)).toMatchObject(refused('person.not-found', 404));
    expect(await stranger.post(`${path}/records`, record)).toMatchObject(refused('person.not-found', 404));
    const listed = ok(await stranger.get<{ items: { id: string }[] }>('/people?limit=200')).items.map(({ id }) => id);
    expect(listed).toContain(stranger.personId);
    expect(listed).not.toContain(person.personId);
    expect(listed).not.toContain(cast.officer.personId);
    for (const own of [cast.officer, cast.governor]) expect((await own.get(path)).status).toBe(200);
    expect((await cast.officer.post(`${path}/records`, record)).status).toBe(201);
  });

  it('decides nothing about the holdings of a provider of another region [ADM-03]', async () => {
    const provider = await medium.organisation('provider', { parentId: cast.authority });
    const steward = await medium.person(provider, ['provider']);
    const stranger = await medium.person(await medium.organisation('authority'), ['authority']);
    const path = `/datasets/${await registered(steward)}`;
    const freeze = { marking: 'state-secret', reason: '核心数据' };
    expect(await stranger.post(`${path}/freezes`, freeze)).toMatchObject(refused('dataset.not-the-authority', 403));
    ok(await cast.officer.post(`${path}/freezes`, freeze));
    expect(await stranger.post(`${path}/thaws`, { reason: '误标' })).toMatchObject(refused('dataset.not-the-authority', 403));
    ok(await cast.officer.post(`${path}/thaws`, { reason: '误标' }));
    const digest = someDigest();
    expect(await stranger.post(`${path}/field-approvals`, { digest })).toMatchObject(refused('dataset.not-the-authority', 403));
  });
});

async function registered(steward: Caller): Promise<string> {
  const { organisationId } = steward;
  const answer = await steward.post<{ id: string }>(
    '/datasets',
    registrationOf(organisationId, {
      fields: [{ name: 'district', type: 'text', class: 'public', grade: 'L2', sensitiveType: 'none' }],
    }),
  );
  return ok(answer).id;
}
