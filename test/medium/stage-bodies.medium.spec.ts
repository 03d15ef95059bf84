import { authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { managerOf } from '#platform/database/persistence';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuthorisationAnswer, type Cast, application, days, ok, openCast, signed, someDigest } from '../support/authorised.js';
import { drawnUpWith, endBody, registerBody } from '../support/bodies.js';
import { type Caller, type Medium, openMedium } from '../support/medium.js';
import { refused } from '../support/outcomes.js';
import { resting } from '../support/resting.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext] });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

interface Body {
  readonly id: string;
  readonly state: string;
  readonly party: string;
}
const enter = (by: Caller, authorityId: string, party: string, organisationId: string) =>
  by.post<Body>('/stage-bodies', { authorityId, party, organisationId, source: '名录' });
const confirm = (by: Caller, id: string) => by.post<Body>(`/stage-bodies/${id}/confirmations`);
const bodiesOf = async (authorityId: string): Promise<Body[]> =>
  ok(await cast.officer.get<{ items: Body[] }>(`/stage-bodies?authorityId=${authorityId}&state=registered`)).items;
const drafted = async (of: Cast, more: Record<string, unknown> = {}): Promise<AuthorisationAnswer> =>
  ok(await of.manager.post<AuthorisationAnswer>('/authorisations', { ...asked(of), ...more }));
const asked = (of: Cast) => ({ unitId: of.unit, authorityId: of.authority, ...application(of) });
const submit = (of: Cast, id: string) => of.manager.post<AuthorisationAnswer>(`/authorisations/${id}/submissions`, {});

/** An authority of a region with its unit, for which nobody has registered anything. */
async function bareRegion(region: string, parentId?: string): Promise<Cast> {
  const authority = await medium.organisation('authority', { region, ...(parentId === undefined ? {} : { parentId }) });
  const unit = await medium.organisation('unit', { parentId: authority });
  return {
    ...cast,
    authority,
    unit,
    officer: await medium.person(authority, ['authority']),
    manager: await medium.person(unit, ['unit-manager']),
  };
}

describe('the register of bodies', () => {
  it('takes a body from two administrators of different sides, never from one alone, and journals it [AUTH-09] [ACC-05]', async () => {
    const region = await bareRegion('zhejiang');
    const panel = await medium.organisation('evaluator');
    for (const by of [region.officer, region.manager, medium.auditor])
      expect(await enter(by, region.authority, 'expert-panel', panel)).toMatchObject(refused('http.role-missing', 403));
    for (const [first, second] of [
      [medium.security, medium.operator],
      [medium.operator, medium.security],
    ] as const) {
      const { id } = ok(await enter(first, region.authority, 'expert-panel', panel));
      expect(await confirm(first, id)).toMatchObject(refused('stage-body.second-side-needed', 403));
      expect(await bodiesOf(region.authority)).toEqual([]);
      expect(ok(await confirm(second, id))).toMatchObject({ state: 'registered', party: 'expert-panel' });
      expect(await enter(first, region.authority, 'expert-panel', panel)).toMatchObject(refused('stage-body.known', 409));
      const ending = `/stage-bodies/${id}/endings`;
      ok(await second.post(ending, { reason: '换届' }));
      ok(await first.post(`${ending}/confirmations`));
      const journalled = await medium.sql<{ action: string }>(
        `SELECT action FROM platform.journal WHERE object_id = $1 AND outcome = 'done' ORDER BY recorded_at`,
        [id],
      );
      expect(journalled.map(({ action }) => action)).toEqual([
        ...['stage-body.proposed', 'stage-body.registered', 'stage-body.ending-proposed', 'stage-body.ended'],
      ]);
    }
  });

  it('takes no confirmation that waited while whoever gave it was locked [TERM-01]', async () => {
    const region = await bareRegion('zhejiang');
    const { id } = ok(await enter(medium.security, region.authority, 'expert-panel', await medium.organisation('evaluator')));
    const operator = await medium.person(medium.operator.organisationId, ['platform-operator']);
    let answer: unknown;
    await resting(() => medium)(
      (tx) =>
        managerOf(tx)
          .query('SELECT 1 FROM authorisations.stage_bodies WHERE id = $1 FOR UPDATE', [id])
          .then(() => undefined),
      async () => (answer = await confirm(operator, id)),
      async () => ok(await medium.security.post(`/people/${operator.personId}/locks`, { ground: 'misconduct', reason: '违规' })),
    );
    expect(answer).toMatchObject({ status: 403 });
    expect(await bodiesOf(region.authority)).toEqual([]);
  });

  it('lets a body go by the same two alone, whoever asks for its end and however often [AUTH-09] [ACC-05]', async () => {
    const region = await bareRegion('zhejiang');
    const [panel, id] = [await medium.organisation('evaluator'), { of: '' }];
    const elsewhere = await medium.organisation('authority');
    const sides: Record<string, Caller> = {
      security: medium.security,
      otherSecurity: await medium.person(elsewhere, ['security-admin']),
      operator: medium.operator,
      otherOperator: await medium.person(elsewhere, ['platform-operator']),
    };
    const sideOf = (name: string): string => name.slice(-8).toLowerCase();
    const acts = fc.array(fc.record({ by: fc.constantFrom(...Object.keys(sides)), what: fc.constantFrom('end', 'confirm') }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(acts, async (taken) => {
        const standing = await bodiesOf(region.authority);
        id.of = standing[0]?.id ?? (await registerBody(medium, region.authority, 'expert-panel', panel));
        // An end that was proposed in an earlier run and not confirmed still waits.
        ok(await medium.security.post(`/stage-bodies/${id.of}/endings`, { reason: '换届' }));
        let proposer = 'security';
        for (const { by, what } of taken) {
          const caller = sides[by] as Caller;
          if (what === 'end') {
            ok(await caller.post(`/stage-bodies/${id.of}/endings`, { reason: '换届' }));
            proposer = by;
          } else {
            const answer = await caller.post(`/stage-bodies/${id.of}/endings/confirmations`);
            const two = sideOf(proposer) !== sideOf(by);
            if (two) {
              expect(ok(answer)).toMatchObject({ state: 'ended' });
              return;
            }
            expect(answer).toMatchObject(refused('stage-body.second-side-needed', 403));
          }
          expect((await bodiesOf(region.authority)).map((body) => body.id)).toEqual([id.of]);
        }
      }),
      { numRuns: 15 },
    );
    for (const name of ['otherSecurity', 'otherOperator'] as const)
      await medium.endRole(sides[name] as Caller, name === 'otherSecurity' ? 'security-admin' : 'platform-operator', { kind: 'platform' });
  });

  it('ends nothing that nobody proposed to end, and takes back alone what nobody confirmed [AUTH-09]', async () => {
    const region = await bareRegion('zhejiang');
    const panel = await medium.organisation('evaluator');
    const { id } = ok(await enter(medium.security, region.authority, 'expert-panel', panel));
    const ends = `/stage-bodies/${id}/endings`;
    expect(await medium.operator.post(`${ends}/confirmations`)).toMatchObject(refused('stage-body.end-not-proposed', 409));
    expect(ok(await medium.security.post(ends, { reason: '误录' }))).toMatchObject({ state: 'withdrawn' });
    const registered = await registerBody(medium, region.authority, 'expert-panel', panel);
    expect(await medium.operator.post(`/stage-bodies/${registered}/endings/confirmations`)).toMatchObject(
      refused('stage-body.end-not-proposed', 409),
    );
  });

  it('does not let one bureau hold several stages, nor the authority hold one beside its own [AUTH-09] [ACC-05]', async () => {
    const region = await bareRegion('zhejiang');
    const bureau = await medium.organisation('authority');
    await registerBody(medium, region.authority, 'coordination-body', bureau);
    for (const party of ['expert-panel', 'government']) {
      expect(await enter(medium.security, region.authority, party, bureau)).toMatchObject(refused('approval.same-body', 409));
      expect(await enter(medium.security, region.authority, party, region.authority)).toMatchObject(refused('approval.same-body', 409));
    }
    // Entered while the other was not registered yet, and confirmed afterwards: asked again.
    const [panel, other] = [await medium.organisation('authority'), await bareRegion('zhejiang')];
    const early = ok(await enter(medium.security, other.authority, 'expert-panel', panel));
    await registerBody(medium, other.authority, 'government', panel);
    expect(await confirm(medium.operator, early.id)).toMatchObject(refused('approval.same-body', 409));
  });
});

describe('an application', () => {
  it('is not submitted while a stage has no registered body, and says which [AUTH-09]', async () => {
    const region = await bareRegion('binzhou');
    const { id } = await drafted(region);
    await registerBody(medium, region.authority, 'expert-panel', await medium.organisation('evaluator'));
    expect(await submit(region, id)).toMatchObject({
      ...refused('stage-body.missing', 409),
      body: { code: 'stage-body.missing', details: { parties: ['industry-authority', 'government'] } },
    });
    await registerBody(medium, region.authority, 'industry-authority', await medium.organisation('industry-authority'));
    await registerBody(medium, region.authority, 'government', await medium.organisation('authority'));
    expect(ok(await submit(region, id))).toMatchObject({ state: 'submitted' });
  });

  it('stands under the jurisdiction of its authority, along those above it, and not under one that the unit chooses [AUTH-09] [ADM-04]', async () => {
    const laxer = { ...asked(cast), profile: 'changchun' };
    expect(await cast.manager.post('/authorisations', laxer)).toMatchObject(refused('http.invalid-input', 400));
    expect(await drafted(cast)).toMatchObject({ profileId: 'zhejiang' });
    const below = await bareRegion('zhejiang');
    const county = await medium.organisation('authority', { parentId: below.authority });
    const ofCounty = await drafted(below, { authorityId: county });
    expect(ofCounty).toMatchObject({ profileId: 'zhejiang' });
    const nowhere = await medium.organisation('authority');
    expect(await cast.manager.post('/authorisations', { ...asked(cast), authorityId: nowhere })).toMatchObject(
      refused('profile.missing', 409),
    );
  });

  it('is judged by the bodies registered when it was filed, which nobody names, and they are part of what is judged [AUTH-09]', async () => {
    const { id, digest } = await drafted(cast);
    const filed = ok(await submit(cast, id));
    expect(filed.digest).not.toBe(digest);
    const bodies = {
      'expert-panel': cast.expert.organisationId,
      'coordination-body': cast.coordinator.organisationId,
      government: cast.governor.organisationId,
    };
    expect(filed).toMatchObject({ bodies });
    const parties = { 'expert-panel': cast.authority };
    expect(await cast.officer.post(`/authorisations/${id}/reviews`, { parties })).toMatchObject(refused('http.invalid-input', 400));
    const { review } = ok(await cast.officer.post<AuthorisationAnswer>(`/authorisations/${id}/reviews`));
    expect(Object.fromEntries(review?.slots.map(({ party, organisationId }) => [party, organisationId]) ?? [])).toEqual({
      authority: cast.authority,
      ...bodies,
    });
  });

  it('is not voted on by a body whose registration ended since; returned and filed anew, the new body decides [AUTH-09]', async () => {
    const region = await openCast(medium);
    const { id } = await drafted(region);
    const path = `/authorisations/${id}`;
    ok(await submit(region, id));
    const { digest } = ok(await region.officer.post<AuthorisationAnswer>(`${path}/reviews`));
    const yes = (by: Caller, seen = digest) => by.post<AuthorisationAnswer>(`${path}/votes`, { verdict: 'yes', digest: seen });
    ok(await yes(region.officer));
    const old = (await bodiesOf(region.authority)).find(({ party }) => party === 'expert-panel');
    await endBody(medium, old?.id ?? '');
    expect(await yes(region.expert)).toMatchObject(refused('approval.body-ended', 409));
    const panel = await medium.organisation('evaluator');
    const successor = await medium.person(panel, ['evaluator']);
    await registerBody(medium, region.authority, 'expert-panel', panel);
    // What was filed under the old one does not pass to the new one.
    expect(await yes(region.expert)).toMatchObject(refused('approval.body-ended', 409));
    expect((await yes(successor)).status).toBeGreaterThanOrEqual(403);
    ok(await region.officer.post(`${path}/returns`, { reasons: '专家组换届', due: days(5) }));
    ok(await submit(region, id));
    const anew = ok(await region.officer.post<AuthorisationAnswer>(`${path}/reviews`)).digest;
    for (const by of [region.officer, successor, region.coordinator, region.governor]) ok(await yes(by, anew));
    ok(await region.officer.post(`${path}/publications`, { link: 'https://www.example.cn/gs/2', from: days(0) }));
  });
});

describe('an emergency plan', () => {
  it('names the departments with which the text has it drawn up, and who they were [EMG-01]', async () => {
    const { id } = await signed(cast);
    const file = (with_: unknown) =>
      cast.manager.post<AuthorisationAnswer>(`/authorisations/${id}/emergency-plans`, { digest: someDigest(), drawnUpWith: with_ });
    expect(await file(drawnUpWith.slice(2))).toMatchObject({
      body: { code: 'emergency-plan.departments-missing', details: { departments: ['cyberspace', 'cryptography'] } },
    });
    expect(ok(await file(drawnUpWith))).toMatchObject({ emergencyPlan: { drawnUpWith } });
  });
});

describe('a text that replaces another', () => {
  it('is entered by two people; from its first day nothing new is authorised under the old one, and what was signed stands [ADM-04]', async () => {
    const old = await bareRegion('changchun');
    await registerBody(medium, old.authority, 'expert-panel', await medium.organisation('evaluator'));
    await registerBody(medium, old.authority, 'coordination-body', await medium.organisation('authority'));
    const before = await drafted(old);
    const text = {
      profile: 'changchun',
      title: '长春市公共数据资源授权运营管理办法',
      dated: '2025-09-19',
      from: days(0),
      source: '市政府公报',
    };
    const path = '/jurisdiction-profiles/superseding-texts';
    const { id } = ok(await old.officer.post<{ id: string }>(path, text));
    expect(await old.officer.post(`${path}/${id}/confirmations`)).toMatchObject(refused('profile.same-person', 403));
    expect(ok(await submit(old, (await drafted(old)).id))).toMatchObject({ state: 'submitted' });
    ok(await (await medium.person(old.authority, ['authority'])).post(`${path}/${id}/confirmations`));
    expect(await submit(old, before.id)).toMatchObject(refused('profile.superseded', 409));
    expect(await old.manager.post('/authorisations', asked(old))).toMatchObject(refused('profile.superseded', 409));
    const profiles = ok(await cast.officer.get<{ items: { id: string }[] }>('/jurisdiction-profiles')).items;
    expect(profiles.find((profile) => profile.id === 'changchun')).toMatchObject({
      supersededBy: { from: days(0) },
      warnings: ['superseded'],
    });
    expect(profiles.find((profile) => profile.id === 'zhejiang')).toMatchObject({ supersededBy: null });
  });
});
