import { describe, expect, it } from '@jest/globals';
import {
  allVote,
  applicant,
  authority,
  digest,
  id,
  inForce,
  now,
  scenario,
  today,
  unit,
  zhejiang,
} from '../../../test/fixtures/authorisations.js';
import { openApproval } from './approval.js';
import { resolveProfile } from './jurisdictions/resolve.js';
import {
  assertSameScenario,
  assertUsable,
  decideResumption,
  decideScenarioApproval,
  decideScenarioEnd,
  decideScenarioSubmission,
  decideStop,
  scenarioDigest,
} from './scenario.js';

const draft = { ...scenario, state: 'draft' as const };

describe('scenarios', () => {
  it('are submitted under an authorisation in force, complete and inside its term [AUTH-19]', () => {
    expect(decideScenarioSubmission(draft, inForce, zhejiang)).toEqual({ state: 'submitted' });
    expect(() => decideScenarioSubmission(draft, { ...inForce, state: 'signed' }, zhejiang)).toThrow('scenario.authorisation-not-in-force');
    expect(() => decideScenarioSubmission({ ...draft, plan: { ...draft.plan, harmPrevention: '' } }, inForce, zhejiang)).toThrow(
      'scenario.fields-empty',
    );
    expect(() => decideScenarioSubmission({ ...draft, plan: { ...draft.plan, until: '2029-06-01' } }, inForce, zhejiang)).toThrow(
      'scenario.outside-term',
    );
  });

  it('carry filing, feasibility review and opinion in whole-authorisation mode [AUTH-20]', () => {
    const laiyuan = resolveProfile('laiyuan', today);
    expect(() => decideScenarioSubmission(draft, inForce, laiyuan)).toThrow('scenario.papers-missing');
    const papers = { filingNumber: '备1', feasibilityReview: digest('f'), industryOpinion: digest('o') };
    expect(decideScenarioSubmission({ ...draft, wholeAuthorisation: papers }, inForce, laiyuan)).toEqual({ state: 'submitted' });
  });

  it('are approved by one review of exactly this version [AUTH-18]', () => {
    const submitted = { ...scenario, state: 'submitted' as const };
    const approval = allVote(
      openApproval({
        id: id(1),
        subject: { kind: 'scenario', id: scenario.id, version: 1, digest: scenarioDigest(submitted) },
        slots: [{ key: 'authority', step: 0, party: 'authority', organisationId: authority }],
        requesterId: applicant,
        requesterOrganisationIds: [unit],
      }),
    );
    expect(decideScenarioApproval(submitted, inForce, approval, now)).toEqual({ state: 'approved', approvedAt: now });
    expect(() => decideScenarioApproval({ ...submitted, plan: { ...submitted.plan, scopeOfUse: '营销' } }, inForce, approval, now)).toThrow(
      'scenario.not-approved-by-all',
    );
  });

  it('share nothing with one another, and one ends alone [AUTH-18] [SUSP-05]', () => {
    expect(() => {
      assertSameScenario(scenario.id, id(131));
    }).toThrow('scenario.other-scenario');
    expect(decideScenarioEnd(scenario, now)).toEqual({ state: 'ended', endedAt: now });
    expect(() => {
      assertUsable({ ...scenario, state: 'ended' }, inForce);
    }).toThrow('scenario.not-approved');
  });

  it('stop at once when anyone inside says so, and only a reasoned resumption opens them again [EMG-06]', () => {
    const stopped = { ...scenario, ...decideStop(scenario, { by: applicant, at: now, reason: '关联后可识别个人' }) };
    expect(() => {
      assertUsable(stopped, inForce);
    }).toThrow('scenario.stopped');
    expect(decideStop(stopped, { by: id(9), at: now, reason: '再次' })).toEqual({});
    expect(() => decideResumption(stopped, '')).toThrow('scenario.reason-missing');
    expect(() => decideResumption(scenario, '无')).toThrow('scenario.not-stopped');
    expect(decideResumption(stopped, '已调整输出')).toEqual({ stop: null });
  });
});
