import { describe, expect, it } from '@jest/globals';
import {
  allVote,
  applicant,
  authority,
  digest,
  id,
  inForce,
  item,
  now,
  provider,
  request,
  scenario,
  today,
  unit,
  zhejiang,
} from '../../../test/fixtures/authorisations.js';
import { type Approval, openApproval, slotsInOrder } from './approval.js';
import { type ConsentReference, checkConsent, isWildcard } from './consent.js';
import { type DataRequestItem, itemDigest } from './data-request.js';
import { type GrantFacts, type RequestFacts, decideGrant, decideRequestSubmission, declaredHolding } from './data-request-decisions.js';
import { resolveProfile, valueOf } from './jurisdictions/resolve.js';

const facts: RequestFacts = { authorisation: inForce, scenario, profile: zhejiang, holdings: [declaredHolding(item)] };
const submitItem = (change: Partial<DataRequestItem>) => () => decideRequestSubmission(request, [{ ...item, ...change }], facts);

const approving: DataRequestItem = { ...item, state: 'approving' };
const approvalOf = (judged: DataRequestItem, list = [judged]): Approval =>
  openApproval({
    id: id(400),
    subject: { kind: 'data-request-item', id: judged.id, version: request.revision, digest: itemDigest(request, list, judged) },
    slots: slotsInOrder(
      valueOf(zhejiang, 'dataRequestParties').map((party) => ({ key: party, party })),
      { authority, provider },
    ),
    requesterId: applicant,
    requesterOrganisationIds: [unit],
  });
const grantFacts = (judged: DataRequestItem, more: Partial<GrantFacts> = {}): GrantFacts => ({
  ...facts,
  approval: allVote(approvalOf(judged)),
  consents: [],
  items: [judged],
  holdings: [declaredHolding(judged)],
  ...more,
});
const withBasis = (basis: DataRequestItem['fields'][number]['basis']): DataRequestItem => ({
  ...approving,
  fields: approving.fields.map((field) => (field.sensitive ? { ...field, basis } : field)),
});

describe('data requests', () => {
  it('are submitted for an approved scenario with a list that names fields, period, frequency and use [REQ-01]', () => {
    expect(decideRequestSubmission(request, [item], facts)).toEqual([{ state: 'submitted' }]);
    expect(() => decideRequestSubmission(request, [], facts)).toThrow('data-request.empty-list');
    expect(() => decideRequestSubmission(request, [item], { ...facts, scenario: { ...scenario, state: 'submitted' } })).toThrow(
      'scenario.not-approved',
    );
    for (const change of [{ fields: [] }, { frequency: '' }, { use: ' ' }]) expect(submitItem(change)).toThrow('data-request.incomplete');
  });

  it('give a purpose for each field, row range and period, and never ask for all fields [REQ-02]', () => {
    expect(submitItem({ fields: [{ name: 'region', purpose: '', sensitive: false, basis: null }] })).toThrow('data-request.incomplete');
    expect(submitItem({ rows: { what: '全市', purpose: '', limit: null } })).toThrow('data-request.incomplete');
    for (const name of ['*', 'all', '全部', '所有字段', 'ALL FIELDS', 't.*']) {
      expect(submitItem({ fields: [{ name, purpose: 'x', sensitive: false, basis: null }] })).toThrow('data-request.all-fields');
    }
    for (const name of ['alloy_type', '所有权', 'region']) expect(isWildcard(name)).toBe(false);
  });

  it('ask only for fields that the holding has', () => {
    const holdings = [{ ...declaredHolding(item), fields: [{ name: 'region', sensitive: false, graded: true }] }];
    expect(() => decideRequestSubmission(request, [item], { ...facts, holdings })).toThrow('data-request.unknown-field');
  });

  it('carry the number of the external system and the industry’s opinion where the profile wants them [REQ-11] [REQ-04]', () => {
    expect(() => decideRequestSubmission({ ...request, externalReference: null }, [item], facts)).toThrow('data-request.no-reference');
    const laiyuan = { ...facts, profile: resolveProfile('laiyuan', today) };
    expect(() => decideRequestSubmission(request, [item], laiyuan)).toThrow('data-request.no-industry-opinion');
    const negative = { ...request, industryOpinion: { digest: digest('o'), positive: false } };
    expect(() => decideRequestSubmission(negative, [item], laiyuan)).toThrow('data-request.negative-opinion');
  });

  it('need the right to process data [AUTH-24]', () => {
    const authorisation = { ...inForce, rights: ['product-operation'] as const };
    expect(() => decideRequestSubmission(request, [item], { ...facts, authorisation })).toThrow('authorisation.right-missing');
  });
});

describe('grants', () => {
  it('open only when provider and authority approved this very version of the list [REQ-03]', () => {
    expect(decideGrant(request, approving, grantFacts(approving), now)).toMatchObject({
      state: 'in-force',
      open: ['region', 'resident_id'],
      withheld: [],
    });
    expect(() => decideGrant(request, approving, grantFacts(approving, { approval: approvalOf(approving) }), now)).toThrow(
      'data-request.not-approved-by-all',
    );
    const edited = { ...approving, use: '另作他用' };
    const other = { ...item, id: id(142), datasetId: id(151) };
    expect(() => decideGrant(request, edited, grantFacts(edited, { approval: allVote(approvalOf(approving)) }), now)).toThrow(
      'data-request.not-approved-by-all',
    );
    expect(() => decideGrant(request, approving, grantFacts(approving, { items: [approving, other] }), now)).toThrow(
      'data-request.not-approved-by-all',
    );
  });

  it('withhold a sensitive field that points to neither masking plan nor valid consent, and say why [REQ-07]', () => {
    const bare = withBasis(null);
    expect(decideGrant(request, bare, grantFacts(bare), now)).toMatchObject({
      open: ['region'],
      withheld: [{ field: 'resident_id', because: 'no-masking-plan-or-consent' }],
    });
    const only = { ...bare, fields: bare.fields.slice(1) };
    expect(() => decideGrant(request, only, grantFacts(only), now)).toThrow('data-request.nothing-to-grant');
  });

  it('follow the holding’s grade over what the unit declared, and withhold what is ungraded [CLS-04] [CLS-01]', () => {
    const holdings = [
      {
        datasetId: item.datasetId,
        providerId: provider,
        returned: false,
        fields: [
          { name: 'region', sensitive: true, graded: true },
          { name: 'resident_id', sensitive: true, graded: false },
        ],
      },
    ];
    expect(() => decideGrant(request, approving, grantFacts(approving, { holdings }), now)).toThrow('data-request.nothing-to-grant');
  });

  it('rest on a consent only while it covers field and scenario, unexpired and not withdrawn [REQ-08] [ACC-03]', () => {
    const consent: ConsentReference = {
      id: id(500),
      service: '省用户授权服务',
      reference: 'A-1',
      subject: 'subject-77',
      items: ['resident_id'],
      purpose: '信贷评分',
      scenarioId: scenario.id,
      expiresOn: '2026-12-31',
      withdrawnAt: null,
    };
    const based = withBasis({ kind: 'consent', consentId: consent.id });
    const open = (change: Partial<ConsentReference>) =>
      decideGrant(request, based, grantFacts(based, { consents: [{ ...consent, ...change }] }), now).open;
    expect(open({})).toContain('resident_id');
    for (const change of [{ scenarioId: id(131) }, { expiresOn: '2026-06-09' }, { withdrawnAt: now }, { items: ['region'] }])
      expect(open(change)).not.toContain('resident_id');
  });

  it('wait for the consent of every upper level for returned data [REQ-05]', () => {
    const returned = { ...approving, returned: true };
    expect(() => decideGrant(request, returned, grantFacts(returned), now)).toThrow('data-request.awaiting-upper-consent');
    const consented = { ...returned, upperConsents: { province: '浙数函1号' } };
    expect(decideGrant(request, consented, grantFacts(consented), now).state).toBe('in-force');
    const qingtian = resolveProfile('qingtian', today);
    expect(() => decideGrant(request, consented, grantFacts(consented, { profile: qingtian }), now)).toThrow(
      'data-request.awaiting-upper-consent',
    );
    expect(() => decideGrant(request, consented, grantFacts(consented, { profile: resolveProfile('binzhou', today) }), now)).toThrow(
      'profile.figure-missing',
    );
  });

  it('stay closed while the scenario is stopped or the authorisation suspended [EMG-06] [SUSP-01]', () => {
    const stopped = { ...scenario, stop: { by: applicant, at: now, reason: '可推断个体' } };
    expect(() => decideGrant(request, approving, grantFacts(approving, { scenario: stopped }), now)).toThrow('scenario.stopped');
    expect(() =>
      decideGrant(request, approving, grantFacts(approving, { authorisation: { ...inForce, state: 'suspended' } }), now),
    ).toThrow('authorisation.suspended');
  });
});

describe('consents', () => {
  const consent = {
    service: 's',
    reference: 'r',
    subject: 'p',
    items: ['income'],
    purpose: '信贷评分',
    scenarioId: scenario.id,
    expiresOn: '2026-12-31',
  };

  it('name subject, items, one purpose and scenario; a blanket one is refused [REQ-08]', () => {
    expect(() => {
      checkConsent(consent);
    }).not.toThrow();
    for (const [change, code] of [
      [{ items: [] }, 'consent.incomplete'],
      [{ subject: '' }, 'consent.incomplete'],
      [{ items: ['全部数据'] }, 'consent.blanket'],
      [{ purpose: '任意用途' }, 'consent.blanket'],
      [{ purpose: '信贷评分；营销推广' }, 'consent.purposes-bundled'],
    ] as const) {
      expect(() => {
        checkConsent({ ...consent, ...change });
      }).toThrow(code);
    }
  });
});
