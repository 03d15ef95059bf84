import { createDataSource } from '#platform/database';
import { authorisationsContext } from '#authorisations';
import { identityContext } from '#identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AuthorisationAnswer,
  type Cast,
  agreement,
  application,
  approvedScenario,
  days,
  inForce,
  ok,
  openCast,
  signed,
  someDigest,
} from '../support/authorised.js';
import { drawnUpWith } from '../support/bodies.js';
import { type Medium, openMedium } from '../support/medium.js';
import { epochOf, eventsOf, refused } from '../support/outcomes.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext], worker: true });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

describe('an authorisation under the 浙江 profile', () => {
  it('is refused without an emergency plan and comes into force with one [EMG-01]', async () => {
    const { id } = await signed(cast);
    expect(await cast.officer.post(`/authorisations/${id}/activations`)).toMatchObject(refused('authorisation.no-emergency-plan', 409));
    const { emergencyPlan } = ok(
      await cast.manager.post<AuthorisationAnswer>(`/authorisations/${id}/emergency-plans`, { digest: someDigest(), drawnUpWith }),
    );
    expect(await cast.officer.post(`/authorisations/${id}/activations`)).toMatchObject({
      body: { code: 'authorisation.no-emergency-plan', details: { standing: 'not-approved' } },
    });
    ok(await cast.officer.post(`/authorisations/${id}/emergency-plans/${emergencyPlan?.id ?? ''}/approvals`));
    expect(ok(await cast.officer.post(`/authorisations/${id}/activations`))).toMatchObject({
      state: 'in-force',
      emergencyPlan: { standing: 'valid' },
    });
    expect(await eventsOf(medium, id)).toEqual(['authorisation.in-force.v1']);
    const [order] = await medium.sql<{ due_at: Date }>(
      `SELECT due_at FROM platform.work WHERE name = 'authorisations.expire' AND key = $1`,
      [id],
    );
    expect(order?.due_at.toISOString()).toBe(`${days(700)}T16:00:00.000Z`);
  });

  it('passes its stages in order, by votes of different independent people on the digest they saw [AUTH-09] [ACC-05]', async () => {
    const { id } = ok(await cast.officer.post<AuthorisationAnswer>('/authorisations', { unitId: cast.unit, ...application(cast) }));
    const path = `/authorisations/${id}`;
    ok(await cast.manager.post(`${path}/submissions`, {}));
    const { digest } = ok(await cast.officer.post<AuthorisationAnswer>(`${path}/reviews`));
    expect(await cast.governor.post(`${path}/votes`, { verdict: 'yes', digest })).toMatchObject(refused('approval.not-your-turn', 409));
    expect(await cast.officer.post(`${path}/votes`, { verdict: 'yes', digest: someDigest() })).toMatchObject(
      refused('approval.seen-other-version', 409),
    );
    // One who sits in two of the bodies is still one person.
    const both = await medium.person(cast.authority, ['authority']);
    const { organisationId } = cast.coordinator;
    ok(await medium.operator.post(`/people/${both.personId}/affiliations`, { organisationId }));
    await medium.grant(both, 'authority', { kind: 'region', authorityId: organisationId });
    ok(await both.post(`${path}/votes`, { verdict: 'yes', digest }));
    expect(await cast.officer.post(`${path}/publications`, { link: 'https://www.example.cn/1', from: days(0) })).toMatchObject({
      body: { code: 'authorisation.stages-open' },
    });
    ok(await cast.expert.post(`${path}/votes`, { verdict: 'yes', digest }));
    expect(await both.post(`${path}/votes`, { verdict: 'yes', digest })).toMatchObject(refused('approval.voted-already', 409));
    const returned = ok(
      await cast.coordinator.post(`${path}/votes`, { verdict: 'no', reasons: '补充安全自评', digest, correctBy: days(10) }),
    );
    expect(returned).toMatchObject({
      state: 'returned',
      returned: { reasons: '补充安全自评', due: days(10) },
      review: { state: 'rejected' },
    });
    expect(ok(await cast.manager.post(`${path}/submissions`, {}))).toMatchObject({ state: 'submitted', revision: 2, returned: null });
  });

  it('is written by the authority alone, and is 404 for another unit [AUTH-25] [ISO-02]', async () => {
    const { id } = await signed(cast);
    const stranger = await medium.person(await medium.organisation('unit'), ['unit-manager']);
    expect(await stranger.get(`/authorisations/${id}`)).toMatchObject(refused('authorisation.not-found', 404));
    expect(await stranger.get('/authorisations')).toMatchObject({ body: { items: [] } });
    expect(await stranger.post('/authorisations', { unitId: cast.unit, authorityId: cast.authority, ...application(cast) })).toMatchObject(
      refused('authorisation.not-the-authority', 403),
    );
    expect(await cast.manager.put(`/authorisations/${id}/agreement`, agreement)).toMatchObject(refused('http.role-missing', 403));
    const otherCast = await openCast(medium);
    expect(await otherCast.officer.get(`/authorisations/${id}`)).toMatchObject(refused('authorisation.not-found', 404));
    expect(await cast.governor.get(`/authorisations/${id}`)).toMatchObject({ status: 200, body: { id } });
  });

  it('names what the agreement lacks and leaves nothing behind [AUTH-13]', async () => {
    const { id } = ok(await cast.officer.post<AuthorisationAnswer>('/authorisations', { unitId: cast.unit, ...application(cast) }));
    const { exit: _, ...items } = agreement.items;
    expect(ok(await cast.officer.put(`/authorisations/${id}/agreement`, { items }))).toMatchObject({
      agreement: { revision: 1, missing: ['exit'] },
    });
    expect(ok(await cast.officer.put(`/authorisations/${id}/agreement`, agreement))).toMatchObject({
      agreement: { revision: 2, missing: [] },
    });
    const scan = someDigest();
    expect(await cast.officer.post(`/authorisations/${id}/signings`, { scan, signedOn: days(0), seal: { digest: scan } })).toMatchObject(
      refused('state.no-such-transition', 409),
    );
    expect(await medium.sql('SELECT 1 FROM authorisations.deadlines WHERE authorisation_id = $1', [id])).toEqual([]);
  });

  it('keeps the provincial filing outstanding until its receipt is entered [AUTH-11]', async () => {
    const { id } = await inForce(cast);
    expect((await cast.officer.get(`/authorisations/${id}`)).body).toMatchObject({
      filings: [{ kind: 'province', standing: 'outstanding', deadline: null }],
    });
    const filed = ok(
      await cast.officer.post(`/authorisations/${id}/filings`, { kind: 'province', number: '浙数备1号', happenedOn: days(0) }),
    );
    expect(filed).toMatchObject({ filings: [{ standing: 'filed', number: '浙数备1号' }] });
  });

  it('expires by itself at the end of its term, cutting every epoch under it, and a pending renewal keeps nothing open [TERM-06]', async () => {
    const { id } = await inForce(cast);
    const { id: scenarioId } = await approvedScenario(cast, id);
    const renewal = { unitId: cast.unit, renewsId: id, ...application(cast, { term: { from: days(701), until: days(1000) } }) };
    const { id: renewalId } = ok(await cast.officer.post<AuthorisationAnswer>('/authorisations', renewal));
    expect(await cast.manager.post(`/authorisations/${renewalId}/submissions`, { evaluation: { id: 'E1', met: true } })).toMatchObject(
      refused('authorisation.renewal-window', 409),
    );
    await medium.sql(
      `WITH seen AS (SELECT set_config('session_replication_role', 'replica', true))
      UPDATE authorisations.authorisations SET term = jsonb_build_object('from', '2020-01-01', 'until', '2020-12-31') FROM seen WHERE id = $1`,
      [id],
    );
    await medium.sql(`UPDATE platform.work SET due_at = now() WHERE name = 'authorisations.expire' AND key = $1`, [id]);
    await medium.until(async () => (await eventsOf(medium, id)).includes('authorisation.expired.v1'), 'the authorisation to expire');
    expect((await cast.officer.get(`/authorisations/${id}`)).body).toMatchObject({ state: 'expired', ended: { ground: 'expiry' } });
    expect(await epochOf(medium, 'authorisation', id)).toBe(1);
    expect(await epochOf(medium, 'scenario', scenarioId)).toBe(1);
    expect(await cast.manager.post('/data-requests', { scenarioId, items: [] })).toMatchObject(refused('authorisation.ended', 409));
  });
});

describe('a suspension', () => {
  const imposing = { ground: 'out-of-scope', evidence: [{ what: '越权查询', digest: someDigest() }], decidedOn: days(0) };
  const period = { length: 10, unit: 'calendar-days', source: '协议第九条' };

  it('closes at once, is worked off by plan and report, and reopens only when assessed as passed [SUSP-01] [SUSP-02] [SUSP-03] [SUSP-06]', async () => {
    const { id } = await inForce(cast);
    const scenario = await approvedScenario(cast, id);
    const path = `/authorisations/${id}/suspensions`;
    expect(await cast.officer.post(path, imposing)).toMatchObject(refused('suspension.period-missing', 409));
    expect(await cast.officer.post(path, { ...imposing, period, evidence: [] })).toMatchObject(refused('suspension.evidence-missing', 409));
    const case_ = ok(await cast.officer.post<{ id: string }>(path, { ...imposing, period }));
    expect(case_).toMatchObject({ state: 'imposed', deadline: { due: days(10) }, rectification: { state: 'ordered' } });
    expect([await epochOf(medium, 'authorisation', id), await epochOf(medium, 'scenario', scenario.id)]).toEqual([1, 1]);
    expect(await cast.manager.post('/data-requests', { scenarioId: scenario.id, items: [] })).toMatchObject(
      refused('authorisation.suspended', 423),
    );
    expect(await cast.officer.post(path, { ...imposing, period })).toMatchObject(refused('state.no-such-transition', 409));
    const own = `/suspensions/${case_.id}`;
    expect(await cast.officer.post(`${own}/resumptions`)).toMatchObject(refused('suspension.not-assessed', 409));
    expect(ok(await cast.manager.post(`${own}/rectification-plans`, { digest: someDigest(), steps: ['停用越权账号'] }))).toMatchObject({
      state: 'rectifying',
    });
    ok(await cast.manager.post(`${own}/reports`, { digest: someDigest() }));
    ok(await cast.officer.post(`${own}/assessments`, { verdict: 'failed', reasons: '证据不足' }));
    expect(await cast.officer.post(`${own}/resumptions`)).toMatchObject(refused('suspension.not-assessed', 409));
    ok(await cast.manager.post(`${own}/reports`, { digest: someDigest() }));
    ok(await cast.officer.post(`${own}/assessments`, { verdict: 'passed', reasons: '已核实' }));
    expect(ok(await cast.officer.post(`${own}/resumptions`))).toMatchObject({ state: 'lifted', rectification: { state: 'passed' } });
    expect((await cast.manager.get(`/authorisations/${id}`)).body).toMatchObject({ state: 'in-force', suspensionId: null });
    expect(await eventsOf(medium, id)).toEqual(['authorisation.in-force.v1', 'authorisation.suspended.v1', 'authorisation.resumed.v1']);
  });

  it('becomes overdue by itself; then only the authority gives more time [SUSP-02] [SUSP-04]', async () => {
    const { id } = await inForce(cast);
    const case_ = ok(await cast.officer.post<{ id: string }>(`/authorisations/${id}/suspensions`, { ...imposing, period }));
    await medium.sql(
      `WITH seen AS (SELECT set_config('session_replication_role', 'replica', true))
      UPDATE authorisations.suspensions SET deadline = jsonb_set(deadline, '{due}', '"2020-01-01"') FROM seen WHERE id = $1`,
      [case_.id],
    );
    await medium.sql(`UPDATE platform.work SET due_at = now() WHERE name = 'authorisations.overdue' AND key = $1`, [case_.id]);
    const own = `/suspensions/${case_.id}`;
    await medium.until(async () => (await cast.officer.get<{ state: string }>(own)).body.state === 'overdue', 'the case to be overdue');
    expect(await cast.manager.post(`${own}/rectification-plans`, { digest: someDigest(), steps: ['一'] })).toMatchObject(
      refused('rectification.overdue', 409),
    );
    expect(
      ok(await cast.officer.post(`${own}/extensions`, { reason: '设备更换', figure: { ...period, source: '决定7号' } })),
    ).toMatchObject({
      state: 'rectifying',
      deadline: { due: days(10) },
    });
    expect(ok(await cast.manager.post(`${own}/rectification-plans`, { digest: someDigest(), steps: ['一'] }))).toMatchObject({
      rectification: { state: 'planned' },
    });
  });
});

describe('jurisdiction profiles', () => {
  it('show each rule with its source, and take a value only from two persons and from a day to come [ADM-04]', async () => {
    const entry = { profile: 'zhejiang', rule: 'unitCeiling', value: 40, from: days(1), source: '决定〔2026〕5号' };
    expect(await cast.officer.post('/jurisdiction-profiles/entries', { ...entry, value: 'many' })).toMatchObject(
      refused('profile.value-invalid', 422),
    );
    expect(
      await cast.officer.post('/jurisdiction-profiles/entries', { ...entry, rule: 'logRetention', value: { months: 3 } }),
    ).toMatchObject(refused('profile.retention-shortened', 409));
    const { id } = ok(await cast.officer.post<{ id: string }>('/jurisdiction-profiles/entries', entry));
    expect(await cast.officer.post(`/jurisdiction-profiles/entries/${id}/confirmations`)).toMatchObject(
      refused('profile.same-person', 403),
    );
    // A text may also set that a rule has no value.
    const laiyuan = await medium.person(await medium.organisation('authority', { region: 'laiyuan' }), ['authority']);
    expect(
      ok(await laiyuan.post('/jurisdiction-profiles/entries', { ...entry, profile: 'laiyuan', rule: 'terminationFiling', value: null })),
    ).toMatchObject({ value: null });
    const ceiling = async (on: string): Promise<unknown> => {
      const { items } = ok(
        await cast.manager.get<{ items: { id: string; rules: { name: string }[] }[] }>(`/jurisdiction-profiles?on=${on}`),
      );
      return items.find((profile) => profile.id === 'zhejiang')?.rules.find((rule) => rule.name === 'unitCeiling');
    };
    ok(await cast.secondOfficer.post(`/jurisdiction-profiles/entries/${id}/confirmations`));
    expect(await ceiling(days(0))).toMatchObject({ standing: 'must-be-entered', value: null });
    expect(await ceiling(days(1))).toMatchObject({ standing: 'stated', value: 40, sources: ['决定〔2026〕5号'] });
  });

  it('take a year’s working days once, and only as a notice could have them [AUTH-12]', async () => {
    const year = { year: 2031, holidays: [['2031-01-01', '2031-01-03']], makeUpDays: ['2031-01-05'], source: '测试通知' };
    const enter = (more = {}) => medium.security.post<{ id: string }>('/working-years', { ...year, ...more });
    expect(await enter({ makeUpDays: ['2031-01-06'] })).toMatchObject(refused('working-year.invalid', 422));
    ok(await medium.operator.post(`/working-years/${ok(await enter()).id}/confirmations`));
    expect(await enter()).toMatchObject(refused('working-year.known', 409));
  });
});

describe('the migrations', () => {
  it('go down and up again on data', async () => {
    const { ScenariosAndRequests1763700201000 } =
      await import('../../libs/authorisations/persistence/migrations/scenarios-and-requests.js');
    const connecting = { urlFile: medium.superuserUrlFile, poolSize: 2 };
    const dataSource = await createDataSource(connecting, []).initialize();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      const migration = new ScenariosAndRequests1763700201000();
      await migration.down(runner);
      await migration.up(runner);
      expect(await runner.query('SELECT count(*)::int AS n FROM authorisations.scenarios')).toEqual([{ n: 0 }]);
      expect(
        ((await runner.query('SELECT count(*)::int AS n FROM authorisations.authorisations')) as { n: number }[])[0]?.n,
      ).toBeGreaterThan(0);
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
      await dataSource.destroy();
    }
  });
});
