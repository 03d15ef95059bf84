import { describe, expect, it } from '@jest/globals';
import {
  allVote,
  applicant,
  authority,
  digest,
  id,
  inForce,
  now,
  provider,
  scenario,
  today,
  unit,
  zhejiang,
} from '../../../test/fixtures/authorisations.js';
import { openApproval } from './approval.js';
import { resolveProfile } from './jurisdictions/resolve.js';
import {
  type PartnerFacts,
  type PartnerRecord,
  decidePartnerApproval,
  decidePartnerReview,
  partnerDigest,
  partnerFileKinds,
} from './partner.js';

const record: PartnerRecord = {
  id: id(700),
  kind: 'admission',
  authorisationId: inForce.id,
  scenarioId: scenario.id,
  unitId: unit,
  organisationId: id(7),
  parentId: null,
  scope: '模型二次开发',
  until: '2027-01-31',
  files: partnerFileKinds.map((kind) => ({ kind, digest: digest(kind) })),
  revision: 0,
  state: 'draft',
  requesterId: applicant,
  approvedAt: null,
};
const facts: PartnerFacts = { authorisation: inForce, profile: zhejiang, parent: null, affiliates: [] };
const acting = { authority, provider, 'industry-authority': id(8), 'operating-unit': unit };
const review = (change: Partial<PartnerRecord>, more: Partial<PartnerFacts> = {}) =>
  decidePartnerReview({ ...record, ...change }, { ...facts, ...more }, acting);

describe('admissions and cooperations', () => {
  it('need four parties on the same files where the profile says so, and a changed file undoes it [AUTH-27]', () => {
    const { change, slots } = review({}, { profile: resolveProfile('laiyuan', today) });
    expect(slots.map((slot) => slot.party)).toEqual(['authority', 'industry-authority', 'operating-unit', 'provider']);
    const reviewing = { ...record, ...change };
    const subject = { kind: 'partner', id: record.id, version: reviewing.revision, digest: partnerDigest(reviewing) } as const;
    const opened = openApproval({ id: id(1), subject, slots, requesterId: id(71), requesterOrganisationIds: [record.organisationId] });
    expect(() => decidePartnerApproval(reviewing, opened, now)).toThrow('partner.not-approved-by-all');
    expect(decidePartnerApproval(reviewing, allVote(opened), now)).toEqual({ state: 'approved', approvedAt: now });
    const changed = { ...reviewing, files: [{ kind: 'security' as const, digest: digest('other') }] };
    expect(() => decidePartnerApproval(changed, allVote(opened), now)).toThrow('partner.not-approved-by-all');
  });

  it('are refused without self-check report and usage statement [AUTH-28]', () => {
    expect(() => review({ files: record.files.filter((file) => file.kind !== 'usage-statement') })).toThrow('partner.files-missing');
  });

  it('are no way for a unit or its affiliates to redevelop, but where the profile has no such ban [AUTH-29]', () => {
    expect(() => review({}, { affiliates: null })).toThrow('partner.affiliates-undeclared');
    expect(() => review({}, { affiliates: [record.organisationId] })).toThrow('partner.own-redevelopment');
    expect(() => review({ organisationId: unit })).toThrow('partner.own-redevelopment');
    expect(() => review({}, { affiliates: [record.organisationId], profile: resolveProfile('laiyuan', today) })).not.toThrow();
  });

  it('hang on an approved parent and never re-grant [AUTH-26] [AUTH-27]', () => {
    const parent: PartnerRecord = { ...record, id: id(701), state: 'approved' };
    expect(() => review({ parentId: parent.id }, { parent })).toThrow('partner.re-grant');
    expect(() => review({ parentId: parent.id, kind: 'cooperation' }, { parent: { ...parent, state: 'ended' } })).toThrow(
      'partner.parent-not-approved',
    );
    expect(() => review({ parentId: parent.id, kind: 'cooperation', until: '2027-02-01' }, { parent })).toThrow('partner.beyond-term');
    expect(review({ parentId: parent.id, kind: 'cooperation' }, { parent }).slots.map((slot) => slot.party)).toEqual(['authority']);
  });
});
