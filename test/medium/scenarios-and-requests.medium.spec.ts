import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { seatsContext } from '#seats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Cast,
  type RequestAnswer,
  approvedScenario,
  days,
  grantedRequest,
  inForce,
  ok,
  openCast,
  requestedItem,
  scenarioPlan,
  signed,
  someDigest,
} from '../support/authorised.js';
import { seatHolder } from '../support/exporting.js';
import { type Caller, type Medium, openMedium } from '../support/medium.js';
import { epochOf, eventsOf, refused, timesDone } from '../support/outcomes.js';

let medium: Medium;
let cast: Cast;
beforeAll(async () => {
  medium = await openMedium({
    contexts: [identityContext, authorisationsContext, { ...domainsContext, jobs: [] }, seatsContext],
    worker: true,
  });
  cast = await openCast(medium);
});
afterAll(() => medium.close());

describe('a scenario', () => {
  it('needs an authorisation in force and its one review, and is usable only then [AUTH-18] [REQ-01]', async () => {
    const { id: signedId } = await signed(cast);
    const early = ok(await cast.manager.post<{ id: string }>('/scenarios', scenarioPlan(signedId)));
    expect(await cast.manager.post(`/scenarios/${early.id}/submissions`, {})).toMatchObject(
      refused('scenario.authorisation-not-in-force', 409),
    );
    const { id } = await inForce(cast);
    const { id: draftId } = ok(await cast.manager.post<{ id: string }>('/scenarios', scenarioPlan(id)));
    expect(await cast.manager.post('/data-requests', { scenarioId: draftId, items: [] })).toMatchObject(
      refused('scenario.not-approved', 409),
    );
    const approved = await approvedScenario(cast, id);
    expect(approved.state).toBe('approved');
  });

  it('stops at once when anyone inside says so; only the authority resumes it [EMG-06]', async () => {
    const { id } = await approvedScenario(cast, (await inForce(cast)).id);
    const insider = await seatHolder(medium, cast, id);
    expect(ok(await insider.post(`/scenarios/${id}/stops`, { reason: '结果可识别个人' }))).toMatchObject({
      stop: { by: insider.personId },
    });
    expect(await epochOf(medium, 'scenario', id)).toBe(1);
    expect(await cast.manager.post('/data-requests', { scenarioId: id, items: [] })).toMatchObject(refused('scenario.stopped', 423));
    expect(await cast.manager.post(`/scenarios/${id}/resumptions`, { reason: '已处理' })).toMatchObject(refused('http.role-missing', 403));
    expect(ok(await cast.officer.post(`/scenarios/${id}/resumptions`, { reason: '已核实' }))).toMatchObject({ stop: null });
    expect(await eventsOf(medium, id)).toEqual(['scenario.stopped.v1', 'scenario.resumed.v1']);
  });

  it('ends alone: the unit’s other scenario keeps its grants [SUSP-05]', async () => {
    const { id } = await inForce(cast);
    const [one, other] = [await approvedScenario(cast, id), await approvedScenario(cast, id)];
    const items = [requestedItem(cast, newId(), [{ name: 'region', sensitive: false }])];
    const [granted, kept] = [await grantedRequest(cast, one.id, items), await grantedRequest(cast, other.id, items)];
    ok(await cast.officer.post(`/scenarios/${one.id}/endings`));
    expect((await cast.manager.get(`/data-requests/${granted.id}`)).body).toMatchObject({ items: [{ state: 'ended' }] });
    expect((await cast.manager.get(`/data-requests/${kept.id}`)).body).toMatchObject({ items: [{ state: 'in-force' }] });
    expect(await epochOf(medium, 'scenario', other.id)).toBe(0);
  });
});

describe('a data request', () => {
  let scenarioId: string;
  beforeAll(async () => {
    scenarioId = (await approvedScenario(cast, (await inForce(cast)).id)).id;
  });
  const fields = [
    { name: 'region', sensitive: false },
    { name: 'resident_id', sensitive: true },
  ];
  const create = async (items: readonly Record<string, unknown>[]): Promise<RequestAnswer> =>
    ok(await cast.manager.post<RequestAnswer>('/data-requests', { scenarioId, externalReference: `IRS-${newId()}`, items }));

  it('is granted item by item, by provider and then authority, on the version they saw [REQ-03]', async () => {
    const created = await create([requestedItem(cast, newId(), fields), requestedItem(cast, newId(), fields)]);
    const path = `/data-requests/${created.id}`;
    const { items } = ok(await cast.manager.post<RequestAnswer>(`${path}/submissions`, {}));
    const [first, second] = items as [RequestAnswer['items'][number], RequestAnswer['items'][number]];
    const vote = (itemId: string) => `${path}/items/${itemId}/votes`;
    expect(await cast.officer.post(vote(first.id), { verdict: 'yes', digest: first.digest })).toMatchObject(
      refused('approval.not-your-turn', 409),
    );
    ok(await cast.steward.post(vote(first.id), { verdict: 'yes', digest: first.digest }));
    ok(await cast.steward.post(vote(second.id), { verdict: 'no', reasons: '超出场景所需', digest: second.digest }));
    const done = ok(await cast.officer.post<RequestAnswer>(vote(first.id), { verdict: 'yes', digest: first.digest }));
    expect(done.items).toMatchObject([
      { state: 'in-force', open: ['region', 'resident_id'], withheld: [] },
      { state: 'rejected', reasons: '超出场景所需', open: [] },
    ]);
  });

  it('voids every vote when the list is revised, and keeps what was granted [REQ-03]', async () => {
    const created = await create([requestedItem(cast, newId(), fields)]);
    const path = `/data-requests/${created.id}`;
    const [item] = ok(await cast.manager.post<RequestAnswer>(`${path}/submissions`, {})).items;
    ok(await cast.steward.post(`${path}/items/${item?.id ?? ''}/votes`, { verdict: 'yes', digest: item?.digest }));
    const revised = ok(
      await cast.manager.post<RequestAnswer>(`${path}/revisions`, { items: [requestedItem(cast, newId(), fields.slice(0, 1))] }),
    );
    expect(revised).toMatchObject({
      revision: 2,
      items: [
        { state: 'returned', review: { state: 'voided' } },
        { state: 'draft', review: null },
      ],
    });
    expect(await cast.officer.post(`${path}/items/${item?.id ?? ''}/votes`, { verdict: 'yes', digest: item?.digest })).toMatchObject(
      refused('approval.closed', 409),
    );
  });

  it('refuses “all fields”, an empty list, a missing or a used external number [REQ-01] [REQ-02] [REQ-11]', async () => {
    const submit = async (created: RequestAnswer) => cast.manager.post(`/data-requests/${created.id}/submissions`, {});
    const everything = [requestedItem(cast, newId(), [{ name: '全部字段', sensitive: false }])];
    expect(await cast.manager.post('/data-requests', { scenarioId, externalReference: `IRS-${newId()}`, items: everything })).toMatchObject(
      refused('data-request.all-fields', 409),
    );
    expect(await submit(await create([]))).toMatchObject(refused('data-request.empty-list', 409));
    const items = [requestedItem(cast, newId(), fields)];
    const unnumbered = ok(await cast.manager.post<RequestAnswer>('/data-requests', { scenarioId, items }));
    expect(await submit(unnumbered)).toMatchObject(refused('data-request.no-reference', 409));
    const externalReference = `IRS-${newId()}`;
    ok(await cast.manager.post('/data-requests', { scenarioId, externalReference, items }));
    expect(await cast.manager.post('/data-requests', { scenarioId, externalReference, items })).toMatchObject(
      refused('data-request.reference-used', 409),
    );
  });

  it('withholds a sensitive field without basis, and opens it on a consent that covers it [REQ-07] [REQ-08]', async () => {
    const consent = { scenarioId, service: '省用户授权服务', subject: 'subject-77', purpose: '信贷评分', expiresOn: days(100) };
    expect(await cast.manager.post('/consents', { ...consent, reference: newId(), items: ['全部'] })).toMatchObject(
      refused('consent.blanket', 409),
    );
    const { id: consentId } = ok(
      await cast.manager.post<{ id: string }>('/consents', { ...consent, reference: newId(), items: ['resident_id'] }),
    );
    const withBasis = (basis: unknown) => ({
      ...requestedItem(cast, newId(), fields),
      fields: fields.map((field) => ({ ...field, purpose: '建模', basis: field.sensitive ? basis : null })),
    });
    const granted = await grantedRequest(cast, scenarioId, [withBasis(null), withBasis({ kind: 'consent', consentId })]);
    expect(granted.items).toMatchObject([
      { open: ['region'], withheld: [{ field: 'resident_id', because: 'no-masking-plan-or-consent' }] },
      { open: ['region', 'resident_id'], withheld: [] },
    ]);
    ok(await cast.manager.post(`/consents/${consentId}/withdrawals`));
    expect(await timesDone(medium, consentId, 'consent.withdrawn')).toBe(1);
  });

  it('is seen by the providers it asks and by nobody else’s, who may take an item back [EVAL-07]', async () => {
    const granted = await grantedRequest(cast, scenarioId, [requestedItem(cast, newId(), fields)]);
    const stranger = await medium.person(await medium.organisation('provider'), ['provider']);
    expect(await stranger.get(`/data-requests/${granted.id}`)).toMatchObject(refused('data-request.not-found', 404));
    expect((await cast.steward.get<{ items: { id: string }[] }>('/data-requests')).body.items.map((row) => row.id)).toContain(granted.id);
    const itemId = granted.items[0]?.id ?? '';
    const taken = ok(await cast.steward.post(`/data-requests/${granted.id}/items/${itemId}/withdrawals`, { reasons: '数据停止汇聚' }));
    expect(taken).toMatchObject({ items: [{ state: 'withdrawn' }] });
    expect(await timesDone(medium, granted.id, 'data-request.item-withdrawn')).toBe(1);
  });
});

describe('partners', () => {
  it('are admitted on an approved record only, never an affiliate, and end with their record [AUTH-29] [AUTH-30] [SEAT-04]', async () => {
    const scenario = await approvedScenario(cast, (await inForce(cast)).id);
    const organisationId = await medium.organisation('unit');
    const files = ['qualification', 'compliance', 'security', 'self-check-report', 'usage-statement'].map((kind) => ({
      kind,
      digest: someDigest(),
    }));
    const asked = {
      kind: 'admission',
      scenarioId: scenario.id,
      organisationId,
      scope: '模型二次开发',
      until: days(30),
      files,
      affiliatesDeclared: true,
    };
    expect(await cast.manager.post('/admissions', { ...asked, affiliatesDeclared: false })).toMatchObject(
      refused('partner.affiliates-undeclared', 409),
    );
    const affiliate = await medium.organisation('unit', { affiliateIds: [cast.unit] });
    expect(await cast.manager.post('/admissions', { ...asked, organisationId: affiliate })).toMatchObject(
      refused('partner.own-redevelopment', 403),
    );
    const record = ok(await cast.manager.post<{ id: string; digest: string }>('/admissions', asked));
    expect(record).toMatchObject({ state: 'reviewing' });
    expect(ok(await cast.officer.post(`/admissions/${record.id}/votes`, { verdict: 'yes', digest: record.digest }))).toMatchObject({
      state: 'approved',
    });
    const supplier = {
      ...asked,
      kind: 'cooperation',
      parentId: record.id,
      organisationId: await medium.organisation('vendor'),
      until: days(20),
    };
    expect(await cast.manager.post('/admissions', { ...supplier, parentId: newId() })).toMatchObject({
      status: 422,
      body: { code: 'http.no-such-reference', details: { fields: ['parentId'] } },
    });
    const below = ok(await cast.manager.post<{ id: string; digest: string }>('/admissions', supplier));
    ok(await cast.officer.post(`/admissions/${below.id}/votes`, { verdict: 'yes', digest: below.digest }));
    expect(await cast.manager.post('/admissions', { ...asked, parentId: record.id })).toMatchObject(refused('partner.re-grant', 403));
    ok(await cast.manager.post(`/admissions/${record.id}/endings`));
    expect((await cast.manager.get(`/admissions/${below.id}`)).body).toMatchObject({ state: 'ended' });
    expect(await eventsOf(medium, record.id)).toEqual(['partner.ended.v1']);
  });
});

describe('a request for a registered dataset', () => {
  let whole: Medium;
  let people: Cast;
  let scenarioId: string;
  let datasetId: string;
  beforeAll(async () => {
    whole = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext] });
    people = await openCast(whole);
    scenarioId = (await approvedScenario(people, (await inForce(people)).id)).id;
    const undecided = { type: 'text', class: null, grade: null, sensitiveType: null };
    const registered = await people.steward.post<{ id: string }>('/datasets', {
      name: '常住人口基础信息',
      edition: '2026.10',
      grade: 'L4',
      custody: { holderId: people.provider, managerId: people.provider },
      origin: { system: '省人口综合库', basis: '省公共数据目录 2026', returnedFrom: 'province' },
      useConditions: { text: '仅限获批场景' },
      contact: { department: '人口管理总队', channel: '政务钉钉' },
      fields: [
        { name: 'region', type: 'text', class: 'public', grade: 'L1', sensitiveType: 'none' },
        { name: 'mobile', type: 'text', class: 'personal', grade: 'L3', sensitiveType: 'mobile' },
        { name: 'remark', ...undecided },
      ],
    });
    datasetId = ok(registered).id;
  });
  afterAll(() => whole.close());

  const asked = (fields: readonly { name: string; sensitive: boolean }[], more: Record<string, unknown> = {}) => ({
    ...requestedItem(people, datasetId, fields),
    ...more,
  });
  const create = async (item: Record<string, unknown>) =>
    ok(await people.manager.post<RequestAnswer>('/data-requests', { scenarioId, externalReference: `IRS-${newId()}`, items: [item] }));
  const submit = async (item: Record<string, unknown>) => people.manager.post(`/data-requests/${(await create(item)).id}/submissions`, {});

  it('names fields and provider as they were registered [REQ-03]', async () => {
    expect(await submit(asked([{ name: 'income', sensitive: false }]))).toMatchObject(refused('data-request.unknown-field', 409));
    const other = await whole.organisation('provider');
    expect(await submit(asked([{ name: 'region', sensitive: false }], { providerId: other }))).toMatchObject(
      refused('data-request.other-provider', 409),
    );
  });

  it('follows its grades, withholds what nobody graded, and waits for the level that returned it [CLS-01] [CLS-04] [REQ-05]', async () => {
    const fields = ['region', 'mobile', 'remark'].map((name) => ({ name, purpose: '建模', sensitive: false, basis: null }));
    const created = await create(asked([], { fields }));
    const path = `/data-requests/${created.id}`;
    const [item] = ok(await people.manager.post<RequestAnswer>(`${path}/submissions`, {})).items;
    const vote = (voter: Caller, of: RequestAnswer['items'][number] | undefined, at = path) =>
      voter.post<RequestAnswer>(`${at}/items/${of?.id ?? ''}/votes`, { verdict: 'yes', digest: of?.digest });
    ok(await vote(people.steward, item));
    expect(await vote(people.officer, item)).toMatchObject({
      body: { code: 'data-request.awaiting-upper-consent', details: { levels: ['province'] } },
    });
    const granted = await grantedRequest(people, scenarioId, [asked([], { fields, upperConsents: { province: '浙数函〔2026〕1号' } })]);
    expect(granted.items).toMatchObject([
      {
        open: ['region'],
        withheld: [
          { field: 'mobile', because: 'no-masking-plan-or-consent' },
          { field: 'remark', because: 'ungraded' },
        ],
      },
    ]);
  });
});
