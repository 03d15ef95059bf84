import { authorisationsContext } from '#authorisations';
import { coderunsContext } from '#coderuns';
import { datasetsContext } from '#datasets';
import { desensitisationContext } from '#desensitisation';
import { domainsContext } from '#domains';
import { exportsContext } from '#exports';
import { identityContext } from '#identity';
import { newId, sha256 } from '#kernel';
import { seatsContext } from '#seats';
import { terminationsContext } from '#terminations';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  application,
  approvedScenario,
  type AuthorisationAnswer,
  type Cast,
  days,
  inForce,
  ok,
  openCast,
  scenarioPlan,
  signable,
  signing,
  someDigest,
  type ScenarioAnswer,
} from '../support/authorised.js';
import { drawnUpWith, registerBody } from '../support/bodies.js';
import { type Answer, type Caller, type Medium, openMedium } from '../support/medium.js';
import { filePerson } from '../support/operating.js';
import { registrationOf } from '../support/dataset-registration.js';

let medium: Medium;
let cast: Cast;
let scenarioId: string;
let authorisationId: string;
beforeAll(async () => {
  const contexts = [
    ...[identityContext, authorisationsContext, datasetsContext, { ...domainsContext, jobs: [] }],
    ...[seatsContext, desensitisationContext, coderunsContext, exportsContext, terminationsContext],
  ];
  medium = await openMedium({ contexts });
  cast = await openCast(medium);
  authorisationId = (await inForce(cast)).id;
  scenarioId = (await approvedScenario(cast, authorisationId)).id;
});
afterAll(() => medium.close());

const lock = async (who: Caller): Promise<unknown> =>
  ok(await medium.security.post(`/people/${who.personId}/locks`, { ground: 'incident', reason: '账号泄露' }));
type Made = Answer<{ id: string }>;

/** An act that counts two people: what the first does, what the second does on it, and how another makes good what fell. */
interface Case {
  readonly first: () => Promise<Caller>;
  /** Who could have been the first as well. */
  readonly other: () => Promise<Caller>;
  readonly begin: (by: Caller) => Promise<string>;
  readonly decide: (id: string) => Promise<Answer>;
  /** Left out: it is begun anew. */
  readonly anew?: (by: Caller, id: string) => Promise<string>;
  readonly code: string;
}
const begun = (answer: Made): string => ok(answer).id;
const officer = (): Promise<Caller> => medium.person(cast.authority, ['authority']);
const entry = { profile: 'zhejiang', rule: 'logRetention', value: { months: 12 }, from: days(1), source: '政务公告' };

const fields = (grade: string, kind: string) => [{ name: '身份证', type: 'text', class: kind, grade, sensitiveType: 'none' }];
const dataset = async (): Promise<string> =>
  begun(
    await cast.steward.post(
      '/datasets',
      registrationOf(cast.provider, {
        fields: fields('L3', 'personal'),
      }),
    ),
  );

async function underReview(): Promise<{ id: string; digest: string }> {
  const { id } = ok(await cast.officer.post<{ id: string }>('/authorisations', { unitId: cast.unit, ...application(cast) }));
  ok(await cast.manager.post(`/authorisations/${id}/submissions`, {}));
  return { id, digest: ok(await cast.officer.post<AuthorisationAnswer>(`/authorisations/${id}/reviews`)).digest };
}
const voteOn = async (by: Caller, id: string): Promise<Answer> => {
  const { digest } = ok(await cast.officer.get<AuthorisationAnswer>(`/authorisations/${id}`)).review ?? { digest: '' };
  return by.post(`/authorisations/${id}/votes`, { verdict: 'yes', digest });
};

const cases: Readonly<Record<string, Case>> = {
  'a role proposal': {
    first: officer,
    other: officer,
    begin: async (by) => {
      const { personId } = await medium.person(cast.authority, []);
      return begun(
        await by.post('/role-proposals', { personId, role: 'authority', scope: { kind: 'region', authorityId: cast.authority } }),
      );
    },
    decide: (id) => medium.security.post(`/role-proposals/${id}/confirmations`),
    code: 'identity.second-person-needed',
  },
  'a body of a region': {
    first: async () => medium.person(await medium.organisation('authority'), ['security-admin']),
    other: () => Promise.resolve(medium.security),
    begin: async (by) => {
      const body = { authorityId: await medium.organisation('authority', { region: 'zhejiang' }), party: 'expert-panel', source: '名录' };
      return begun(await by.post('/stage-bodies', { ...body, organisationId: await medium.organisation('evaluator') }));
    },
    decide: (id) => medium.operator.post(`/stage-bodies/${id}/confirmations`),
    code: 'stage-body.second-side-needed',
  },
  'the end of a body of a region': {
    first: async () => medium.person(await medium.organisation('authority'), ['security-admin']),
    other: () => Promise.resolve(medium.security),
    begin: async (by) => {
      const authority = await medium.organisation('authority', { region: 'zhejiang' });
      const id = await registerBody(medium, authority, 'expert-panel', await medium.organisation('evaluator'));
      ok(await by.post(`/stage-bodies/${id}/endings`, { reason: '换届' }));
      return id;
    },
    decide: (id) => medium.operator.post(`/stage-bodies/${id}/endings/confirmations`),
    anew: async (by, id) => {
      ok(await by.post(`/stage-bodies/${id}/endings`, { reason: '换届' }));
      return id;
    },
    code: 'stage-body.second-side-needed',
  },
  'an entry of a profile': {
    first: officer,
    other: officer,
    begin: async (by) => begun(await by.post('/jurisdiction-profiles/entries', entry)),
    decide: (id) => cast.officer.post(`/jurisdiction-profiles/entries/${id}/confirmations`),
    code: 'identity.earlier-say-fell',
  },
  'a text that replaces another': {
    first: officer,
    other: officer,
    // The same text again: what nobody can confirm any more does not stand in the way.
    begin: async (by) =>
      begun(
        await by.post('/jurisdiction-profiles/superseding-texts', {
          ...{ profile: 'zhejiang', title: '管理办法', dated: '2026-01-01', from: days(3), source: '公报' },
        }),
      ),
    decide: (id) => cast.officer.post(`/jurisdiction-profiles/superseding-texts/${id}/confirmations`),
    code: 'identity.earlier-say-fell',
  },
  'fields that protect less': {
    first: () => medium.person(cast.provider, ['provider']),
    other: () => medium.person(cast.provider, ['provider']),
    begin: async (by) => {
      const id = await dataset();
      ok(await by.put(`/datasets/${id}/fields`, { fields: fields('L1', 'public'), reason: '复核' }));
      return id;
    },
    decide: async (id) => {
      const { proposal } = ok(await cast.officer.get<{ proposal: { digest: string } }>(`/datasets/${id}`));
      return cast.officer.post(`/datasets/${id}/field-approvals`, { digest: proposal.digest });
    },
    anew: async (by, id) => {
      ok(await by.put(`/datasets/${id}/fields`, { fields: fields('L1', 'public'), reason: '复核' }));
      return id;
    },
    code: 'identity.earlier-say-fell',
  },
  'a seat': {
    first: () => medium.person(cast.unit, ['unit-manager']),
    other: () => medium.person(cast.unit, ['unit-manager']),
    begin: async (by) => {
      const { personId } = await medium.person(cast.unit, ['unit-developer']);
      await filePerson(cast.officer, personId);
      return begun(await by.post('/seats', { personId, scenarioId, clause: '协议第四条', endsOn: days(60) }));
    },
    decide: (id) => cast.officer.post(`/seats/${id}/grants`, {}),
    code: 'identity.earlier-say-fell',
  },
  'a vote': {
    first: officer,
    other: officer,
    begin: async (by) => {
      const { id } = await underReview();
      ok(await voteOn(by, id));
      return id;
    },
    decide: (id) => voteOn(cast.expert, id),
    anew: async (by, id) => {
      ok(await voteOn(by, id));
      return id;
    },
    code: 'approval.vote-fell',
  },
  'a destruction': {
    first: officer,
    other: officer,
    begin: async (by) => {
      const decision = { reference: `浙数协〔2026〕${newId().slice(-4)}号`, fileDigest: sha256('decision'), decidedOn: days(-1) };
      const body = { authorisationId: (await inForce(cast)).id, ground: 'policy-change', decision };
      return begun(await by.post('/terminations', body));
    },
    decide: (id) => medium.security.post(`/terminations/${id}/confirmations`, {}),
    anew: async (by, id) => {
      ok(await by.post(`/terminations/${id}/confirmations`, {}));
      return id;
    },
    code: 'termination.confirmation-fell',
  },
};

describe('what somebody began who is locked since', () => {
  it.each(Object.entries(cases))('%s is decided by no second person, until another gives that say [ACC-05]', async (_, one) => {
    const first = await one.first();
    const id = await one.begin(first);
    await lock(first);
    const answer = await one.decide(id);
    expect(answer.body).toMatchObject({ code: one.code });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const other = await one.other();
    ok(await one.decide(await (one.anew?.(other, id) ?? one.begin(other))));
  });

  it('is not carried out either: a destruction whose confirmation fell after the second is not ordered [DEST-04]', async () => {
    const first = await officer();
    const { begin, decide } = cases['a destruction'] as Case;
    const id = await begin(first);
    ok(await decide(id));
    await lock(first);
    expect((await cast.officer.post(`/terminations/${id}/destructions`, {})).body).toMatchObject({ code: 'termination.confirmation-fell' });
    ok(await cast.officer.post(`/terminations/${id}/confirmations`, {}));
    expect((await cast.officer.post(`/terminations/${id}/destructions`, {})).body).not.toMatchObject({
      code: 'termination.confirmation-fell',
    });
  });
});

describe('two who decide together', () => {
  it('are not of one organisation: an administrator from the authority does not confirm its destruction [DEST-04]', async () => {
    const { begin } = cases['a destruction'] as Case;
    const id = await begin(cast.officer);
    const insider = await medium.person(cast.authority, ['security-admin']);
    expect((await insider.post(`/terminations/${id}/confirmations`, {})).body).toMatchObject({ code: 'termination.same-organisation' });
    await medium.endRole(insider, 'security-admin', { kind: 'platform' });
    ok(await medium.security.post(`/terminations/${id}/confirmations`, {}));
  });
});

describe('what somebody asked for who is locked', () => {
  it('is decided by nobody: another of theirs asks anew', async () => {
    const asking = await medium.person(cast.unit, ['unit-manager']);
    const { id } = ok(await asking.post<ScenarioAnswer>('/scenarios', scenarioPlan(authorisationId)));
    const { digest } = ok(await asking.post<ScenarioAnswer>(`/scenarios/${id}/submissions`, {}));
    await lock(asking);
    expect(await cast.officer.post(`/scenarios/${id}/votes`, { verdict: 'yes', digest })).toMatchObject({
      ...{ status: 409, body: { code: 'identity.earlier-say-fell' } },
    });
  });
});

describe('an authorisation', () => {
  it('is not put in force by votes, a plan or a seal of people who are locked, and is once the locks are lifted', async () => {
    const own = await openCast(medium);
    const second = await medium.person(medium.security.organisationId, ['security-admin']);
    const locks: [Caller, string][] = [];
    const keepOut = async (who: Caller): Promise<void> => {
      const { id } = ok<{ id: string }>(
        await medium.security.post(`/people/${who.personId}/locks`, { ground: 'incident', reason: '核查' }),
      );
      locks.push([who, id]);
    };
    const letIn = async (): Promise<void> => {
      for (const [who, id] of locks.splice(0)) ok(await second.post(`/people/${who.personId}/locks/${id}/lifts`, { reason: '核查完毕' }));
    };
    const path = await signable(own);
    const falls = { status: 409, body: { code: 'identity.earlier-say-fell' } };
    for (const voter of [own.secondOfficer, own.governor, own.expert, own.coordinator]) {
      await keepOut(voter);
      expect([voter.personId, await own.officer.post(`${path}/signings`, signing())]).toMatchObject([voter.personId, falls]);
      await letIn();
    }
    const filer = await medium.person(own.unit, ['unit-manager']);
    const filed = ok(await filer.post<AuthorisationAnswer>(`${path}/emergency-plans`, { digest: someDigest(), drawnUpWith }));
    await keepOut(filer);
    expect(await own.officer.post(`${path}/emergency-plans/${filed.emergencyPlan?.id ?? ''}/approvals`)).toMatchObject(falls);
    await letIn();
    ok(await own.officer.post(`${path}/signings`, signing()));
    ok(await own.officer.post(`${path}/emergency-plans/${filed.emergencyPlan?.id ?? ''}/approvals`));
    for (const one of [own.secondOfficer, filer]) {
      await keepOut(one);
      expect(await own.officer.post(`${path}/activations`)).toMatchObject(falls);
      await letIn();
    }
    ok(await own.officer.post(`${path}/activations`));
  }, 120_000);
});

describe('a renewal', () => {
  it('is of what stands, not of what was ended [AUTH-16]', async () => {
    const { begin } = cases['a destruction'] as Case;
    const { authorisationId: renewsId } = ok(
      await cast.officer.get<{ authorisationId: string }>(`/terminations/${await begin(cast.officer)}`),
    );
    const body = { unitId: cast.unit, renewsId, ...application(cast) };
    expect((await cast.officer.post('/authorisations', body)).body).toMatchObject({ code: 'authorisation.not-renewable' });
    ok(await cast.officer.post('/authorisations', { ...body, renewsId: authorisationId }));
  });
});
